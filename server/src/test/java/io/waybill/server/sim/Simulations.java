package io.waybill.server.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Many schedules after one another, what went wrong in them on purpose, and what did not hold. */
final class Simulations {
  /** Kept, so that its level stays. */
  private static final Logger DOMAIN = Logger.getLogger("io.waybill.server.upload");

  private static final int MOST_SHOWN = 5;

  /** More than there are cores: most of a schedule is one thread waiting for another to wake. */
  private static final int WORKERS = 4;

  private final Map<Fault, Long> fired = new EnumMap<>(Fault.class);
  private final List<String> violations = new ArrayList<>();
  private @Nullable Throwable firstFailure;
  private long schedules;
  private long steps;

  /** Runs the schedules of these seeds, several at a time: none knows of another. */
  void run(long firstSeed, long count) throws InterruptedException {
    Level before = DOMAIN.getLevel();
    DOMAIN.setLevel(Level.OFF);
    AtomicLong next = new AtomicLong(firstSeed);
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Callable<Void>> work =
          Collections.nCopies(WORKERS, () -> runUntil(next, firstSeed + count));
      for (Future<Void> done : workers.invokeAll(work)) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the simulator itself has failed", e);
    } finally {
      workers.shutdown();
      DOMAIN.setLevel(before);
    }
  }

  private @Nullable Void runUntil(AtomicLong next, long end) throws InterruptedException {
    try (Carriers carriers = new Carriers()) {
      for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
        add(seed, Simulation.run(seed, false, carriers));
      }
    }
    return null;
  }

  /** One schedule again, and all that happens in it. */
  List<String> replay(long seed) throws InterruptedException {
    Level before = DOMAIN.getLevel();
    DOMAIN.setLevel(Level.OFF);
    try (Carriers carriers = new Carriers()) {
      Simulation.Result result = Simulation.run(seed, true, carriers);
      add(seed, result);
      return result.trace().lines();
    } finally {
      DOMAIN.setLevel(before);
    }
  }

  private synchronized void add(long seed, Simulation.Result result) {
    schedules++;
    steps += result.steps();
    for (Fault fault : Fault.values()) {
      fired.merge(fault, result.weather().fired(fault), Long::sum);
    }
    if (result.failure() != null) {
      violations.add("seed %d: %s".formatted(seed, result.failure()));
      firstFailure = firstFailure == null ? result.failure() : firstFailure;
    }
  }

  long fired(Fault fault) {
    return fired.getOrDefault(fault, 0L);
  }

  long faults() {
    return fired.values().stream().mapToLong(Long::longValue).sum();
  }

  long steps() {
    return steps;
  }

  List<String> violations() {
    return violations;
  }

  Optional<Throwable> firstFailure() {
    return Optional.ofNullable(firstFailure);
  }

  /** What failed, and how to see it again. */
  String failures() {
    StringBuilder text = new StringBuilder();
    violations.stream().limit(MOST_SHOWN).forEach(line -> text.append(line).append('\n'));
    if (!violations.isEmpty()) {
      String seed = violations.get(0).replaceAll("seed (\\d+):.*", "$1");
      text.append(violations.size())
          .append(" in all; replay with: mvn -B -ntp -q -pl server -am")
          .append(" -Dsurefire.failIfNoSpecifiedTests=false -Dtest=SimulatorTest")
          .append(" -Dwaybill.sim.seed=")
          .append(seed.lines().findFirst().orElse(""))
          .append(" test");
    }
    return text.toString();
  }

  /** Faults by kind, and by row of PROTOCOL.md's failure table. */
  String table() {
    StringBuilder text = new StringBuilder("row       fired  fault\n");
    Map<Integer, Long> rows = new TreeMap<>();
    for (Fault fault : Fault.values()) {
      rows.merge(fault.row, fired(fault), Long::sum);
      String row = fault.row == 0 ? "any" : String.valueOf(fault.row);
      text.append("%3s  %10d  %s (%s)%n".formatted(row, fired(fault), fault.name(), fault.text));
    }
    text.append("by row:");
    rows.forEach(
        (row, count) -> text.append(row == 0 ? " any" : " " + row).append('=').append(count));
    return text.append('\n').toString();
  }

  String line() {
    return "chaos schedules=%d faults=%d violations=%d"
        .formatted(schedules, faults(), violations.size());
  }
}
