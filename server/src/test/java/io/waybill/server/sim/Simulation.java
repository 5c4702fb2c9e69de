package io.waybill.server.sim;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One schedule: a storm of calls, crashes and faults, and then quiet, in which the sweeper alone
 * runs on until nothing is due and nothing can land any more.
 */
final class Simulation {
  static final String TENANT = "acme";

  private static final int MAX_SWEEPS = 3_000;

  /**
   * How it ended.
   *
   * @param failure null where all invariants held
   */
  record Result(Weather weather, @Nullable Throwable failure, Trace trace, int steps) {}

  private final World world;
  private final SplittableRandom random;

  private Simulation(World world) {
    this.world = world;
    this.random = world.random;
  }

  static Result run(long seed, boolean traced, Carriers carriers) throws InterruptedException {
    World world = new World(seed, traced, carriers);
    Simulation simulation = new Simulation(world);
    simulation.storm();
    if (world.scheduler.failure() == null) {
      try {
        simulation.quiet();
      } catch (InvariantViolated | RuntimeException e) {
        world.scheduler.fail(e);
      }
    }
    return new Result(
        world.weather, world.scheduler.failure(), world.trace, world.scheduler.steps());
  }

  private void storm() throws InterruptedException {
    Environment environment = new Environment(world);
    world.scheduler.environment(environment::step);
    int sessions = 1 + random.nextInt(4);
    for (int i = 1; i <= sessions; i++) {
      Session session = new Session(new Caller(TENANT, "sim"), request(i));
      world.scheduler.spawn("caller" + i, null, new Uploader(world, session));
      for (int m = random.nextInt(3); m > 0; m--) {
        world.scheduler.spawn("meddler" + i, null, new Meddler(world, session));
      }
    }
    world.scheduler.run();
  }

  private StartUpload.Request request(int number) {
    String[] destinations = {
      "own", "own", "exact", "exact", "over", "over", World.REJECTING, World.TAGGING
    };
    String destination = destinations[random.nextInt(destinations.length)];
    boolean ownKey = destination.equals("own") || destination.equals(World.TAGGING);
    boolean checked = destination.equals(World.REJECTING) || destination.equals(World.TAGGING);
    boolean single = random.nextInt(3) == 0;
    Duration[] ttls = {Duration.ofMinutes(1), Duration.ofMinutes(20), Duration.ofHours(24)};
    long parts = single ? 1 : 1 + random.nextInt(3);
    return new StartUpload.Request(
        "r" + number,
        destination,
        ownKey ? "" : "key" + random.nextInt(2),
        checked && random.nextInt(3) > 0 ? World.LIAR : "file 1+1 100%.bin",
        "",
        OptionalLong.of(parts * S3Limits.MIN_PART_BYTES - random.nextInt(2)),
        0,
        single ? UploadMode.SINGLE : UploadMode.MULTIPART,
        null,
        Map.of(),
        ttls[random.nextInt(ttls.length)],
        random.nextInt(3),
        false,
        List.of());
  }

  private void quiet() {
    world.weather.calm();
    world.scheduler.alone();
    useEveryUrlToTheLast();
    SimServer server = world.anyServer();
    for (int sweeps = 0; true; sweeps++) {
      if (sweeps > MAX_SWEEPS) {
        world.oracle.violated("LIVENESS", "the sweeper never comes to an end");
      }
      world.s3.catchUp();
      sweep(server);
      world.oracle.checkAlways();
      Instant next = nextEvent();
      if (next.equals(Instant.MAX)) {
        break;
      }
      Instant soon = world.clock.instant().plusSeconds(60);
      world.clock.advanceTo(next.isBefore(soon) ? soon : next);
    }
    world.clock.advance(world.timing.orphanAge().plusMinutes(1));
    server.sweepOrphans.execute();
    world.oracle.checkAtTheEnd();
  }

  private static void sweep(SimServer server) {
    try {
      server.sweep.execute(Duration.ZERO);
      server.sweepOrphans.execute();
    } catch (UploadException e) {
      throw new IllegalStateException("in fair weather", e);
    }
  }

  /** Whoever has a URL begins a PUT just before it ends, and takes as long as can be. */
  private void useEveryUrlToTheLast() {
    Instant now = world.clock.instant();
    for (Url url : world.urls.all()) {
      if (url.end().isAfter(now) && random.nextInt(3) == 0) {
        Duration toEnd = Duration.between(now, url.end());
        world.s3.later(
            toEnd.plus(world.timing.putGrace()).minusSeconds(1),
            false,
            url.storageUploadId(),
            "the last PUT of " + url.number() + " of " + url.storageUploadId(),
            () -> world.s3.land(url));
      }
    }
  }

  private Instant nextEvent() {
    Instant next = world.s3.nextPending().orElse(Instant.MAX);
    for (Upload due : world.rows.due(Instant.MAX, 100)) {
      Instant at = dueAt(due);
      next = at.isBefore(next) ? at : next;
    }
    return next;
  }

  private Instant dueAt(Upload upload) {
    Instant at =
        switch (upload.state()) {
          case ACTIVE -> upload.expireTime();
          case CREATING, COMPLETING -> upload.progress().leaseUntil();
          default -> upload.progress().cleanAt();
        };
    return at == null ? world.clock.instant() : at;
  }
}
