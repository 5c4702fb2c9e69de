package io.waybill.server.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes the one baton. At every yield the seed decides who goes on, how much time goes by, and
 * what happens meanwhile. A server may stand still between two steps, but never for longer than
 * {@link #MAX_STALL}: that and the S3 client's timeout lie below the complete grace together.
 */
final class Scheduler {
  static final Duration MAX_STALL = Duration.ofSeconds(60);
  private static final int MAX_STEPS = 20_000;

  private final SplittableRandom random;
  private final SimClock clock;
  private final Weather weather;
  private final Trace trace;
  private final Carriers carriers;
  private final List<Actor> actors = new ArrayList<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private final double stickiness;
  private Runnable environment = () -> {};
  private @Nullable Actor current;
  private @Nullable Throwable failure;
  private int steps;
  private boolean alone;

  Scheduler(
      SplittableRandom random, SimClock clock, Weather weather, Trace trace, Carriers carriers) {
    this.random = random;
    this.clock = clock;
    this.weather = weather;
    this.trace = trace;
    this.carriers = carriers;
    this.stickiness = 0.4 + 0.55 * random.nextDouble();
  }

  /** What happens between two steps. */
  void environment(Runnable events) {
    environment = events;
  }

  /** A new actor; it begins when the baton comes to it. */
  Actor spawn(String name, @Nullable SimServer server, Runnable work) {
    Actor actor = new Actor(name, carriers.take());
    actor.server = server;
    actor.readySince = clock.instant();
    actor.callBegan = clock.instant();
    actor.carrier.load(() -> run(actor, work));
    actors.add(actor);
    return actor;
  }

  /** Runs until all actors are done. */
  void run() throws InterruptedException {
    pass();
    done.await();
  }

  /** From now on there is one thread, the caller's, and no more baton. */
  void alone() {
    alone = true;
    Carrier unused = carriers.take();
    carriers.giveBack(unused);
    current = new Actor("sweeper", unused);
  }

  Actor current() {
    if (current == null) {
      throw new IllegalStateException("nobody has the baton");
    }
    return current;
  }

  List<Actor> actors() {
    return actors;
  }

  int steps() {
    return steps;
  }

  /** Ends the schedule: everybody unwinds. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  @Nullable Throwable failure() {
    return failure;
  }

  void yieldAt(Step step) {
    await(step, Instant.MIN, null);
  }

  boolean isAlone() {
    return alone;
  }

  void pause(Duration duration) {
    if (alone) {
      clock.advance(duration);
    } else {
      await(Step.PAUSE, clock.instant().plus(duration), null);
    }
  }

  /** Waits until the condition holds or so long. */
  void waitFor(BooleanSupplier condition, Duration most) {
    while (!condition.getAsBoolean()) {
      Instant until = clock.instant().plus(most);
      await(Step.PAUSE, until, condition);
      if (!clock.instant().isBefore(until)) {
        return;
      }
    }
  }

  private void await(Step step, Instant wakeAt, @Nullable BooleanSupplier condition) {
    if (alone) {
      return;
    }
    Actor self = current();
    self.at = step;
    self.wakeAt = wakeAt;
    self.waitsFor = condition;
    self.readySince = clock.instant();
    Actor next = pick(self);
    if (next != self) {
      current = next;
      next.carrier.passBaton();
      self.carrier.awaitBaton();
    }
    self.waitsFor = null;
    if (failure != null || self.isDoomed()) {
      throw new ServerDied();
    }
  }

  private void run(Actor self, Runnable work) {
    try {
      if (failure == null && !self.isDoomed()) {
        work.run();
      }
    } catch (ServerDied died) {
      trace(self + " dies");
    } catch (Throwable e) {
      fail(e);
    }
    actors.remove(self);
    carriers.giveBack(self.carrier);
    pass();
  }

  /** Gives the baton on, without waiting for its return. */
  private void pass() {
    if (actors.isEmpty()) {
      current = null;
      done.countDown();
      return;
    }
    Actor next;
    try {
      next = pick(null);
    } catch (Throwable e) {
      fail(e);
      next = actors.get(0);
    }
    current = next;
    next.carrier.passBaton();
  }

  private Actor pick(@Nullable Actor self) {
    if (failure != null) {
      return self == null ? actors.get(0) : self;
    }
    if (++steps > MAX_STEPS) {
      throw new InvariantViolated("LIVENESS", "no end after " + MAX_STEPS + " steps");
    }
    clock.advanceMillis(random.nextInt(20));
    environment.run();
    if (self != null && self.isRunnable(clock.instant()) && random.nextDouble() < stickiness) {
      return self;
    }
    while (true) {
      Instant now = clock.instant();
      List<Actor> runnable = new ArrayList<>(actors.size());
      for (Actor actor : actors) {
        if (actor.isRunnable(now)) {
          runnable.add(actor);
        }
      }
      if (!runnable.isEmpty()) {
        Actor next = runnable.get(random.nextInt(runnable.size()));
        trace.mix(next.name.hashCode());
        return next;
      }
      clock.advanceTo(
          actors.stream().map(actor -> actor.wakeAt).min(Instant::compareTo).orElseThrow());
    }
  }

  /** Lets time go by, but never so that a server stands still for too long. */
  void jump(Duration wished) {
    Instant target = clock.instant().plus(wished);
    for (Actor actor : actors) {
      if (actor.server != null) {
        Instant ready = actor.wakeAt.isAfter(actor.readySince) ? actor.wakeAt : actor.readySince;
        Instant latest = ready.plus(MAX_STALL);
        target = latest.isBefore(target) ? latest : target;
        if (actor.wakeAt.equals(Instant.MIN)) {
          weather.count(Fault.SERVER_STALLS);
        }
      }
    }
    clock.advanceTo(target);
  }

  void trace(String line) {
    if (trace.isOn()) {
      trace.add(clock.instant() + " " + (current == null ? "-" : current) + ": " + line);
    }
  }
}
