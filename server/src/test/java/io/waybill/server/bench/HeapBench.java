package io.waybill.server.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * The smallest heap with which the server carries 256 reports at a time over 10,000 open sessions,
 * and SignParts beside them, without an OutOfMemoryError, without a call that fails, and at half
 * the rate at least that it has with an ample heap: one that only collects garbage carries nothing.
 */
final class HeapBench implements Benchmark {
  private static final int SIGNERS = 8;
  private static final int PARTS_PER_CALL = 100;
  private static final int AMPLE_MIB = 256;
  private static final double LEAST_SHARE = 0.5;
  private static final List<Integer> SIZES_MIB = List.of(16, 20, 24, 28, 32, 40, 48, 64, 96, 128);

  @Override
  public String name() {
    return "heap";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Sessions sessions = Sessions.of(settings, settings.pick(10_000, 256), 1);
    Duration time = settings.pick(Duration.ofSeconds(15), settings.slice());
    double ample = carry(sessions.copyTo(settings.scratch().resolve("heap")), AMPLE_MIB, time);
    for (int mib : settings.pick(SIZES_MIB, List.of(128, 192))) {
      Path folder = sessions.copyTo(settings.scratch().resolve("heap-" + mib));
      String outcome;
      try {
        double perSecond = carry(folder, mib, time);
        outcome = String.format(Locale.ROOT, "%.0f reports/s", perSecond);
        if (perSecond >= ample * LEAST_SHARE || !settings.isLong()) {
          figures.put(Figure.SERVER_HEAP_MIB, mib);
          figures.note(
              String.format(
                  Locale.ROOT, "-Xmx%dm: %s; -Xmx%dm: %.0f/s", mib, outcome, AMPLE_MIB, ample));
          return;
        }
      } catch (AssertionError e) {
        outcome = String.valueOf(e.getMessage());
      }
      figures.note("-Xmx" + mib + "m is too little: " + outcome);
    }
    throw new AssertionError("no heap is large enough");
  }

  private static double carry(Path folder, int mib, Duration time) throws Exception {
    List<String> ids = Sessions.ids(folder);
    long reported;
    double perSecond;
    try (ServerProcess server =
            ServerProcess.waybill(folder, "-Xmx" + mib + "m", "-XX:+ExitOnOutOfMemoryError");
        var reports = new Load<>(server, Reports.CALLERS, new Reports(ids, 2, 1));
        var signings = new Load<>(server, SIGNERS, new Signings(ids, PARTS_PER_CALL))) {
      CompletableFuture<Load.Round> signed =
          CompletableFuture.supplyAsync(() -> run(signings, time));
      perSecond = reports.run(time).perSecond();
      signed.get();
      reported = reports.answered();
      if (!server.isAlive()) {
        throw new AssertionError("it ended");
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
    Ledgers.requireGrownBy(reported, ids.size(), folder);
    return perSecond;
  }

  private static Load.Round run(Load<?, ?> load, Duration time) {
    try {
      return load.run(time);
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }
}
