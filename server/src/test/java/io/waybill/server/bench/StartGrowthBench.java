package io.waybill.server.bench;

import com.sun.management.OperatingSystemMXBean;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.UploadSpec;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What creating a session costs in the database, with a million sessions in it and with ten
 * thousand, through the store itself in this process. Told is what grew more: time, or CPU.
 */
final class StartGrowthBench implements Benchmark {
  /** As many as the server has workers. */
  private static final int THREADS = 16;

  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  @Override
  public String name() {
    return "start_growth";
  }

  private record Cost(double nanos, double cpuNanos) {}

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    int few = settings.pick(10_000, 100);
    int many = settings.pick(1_000_000, 1_000);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (JdbiUploadStore fewStore = open(settings, few);
        JdbiUploadStore manyStore = open(settings, many)) {
      create(threads, fewStore, settings.warmUp());
      create(threads, manyStore, settings.warmUp());
      List<Cost> fewCosts = new ArrayList<>();
      List<Cost> manyCosts = new ArrayList<>();
      for (int i = 0; i < settings.rounds(); i++) {
        fewCosts.add(create(threads, fewStore, settings.slice().dividedBy(2)));
        manyCosts.add(create(threads, manyStore, settings.slice().dividedBy(2)));
      }
      double time = median(manyCosts, Cost::nanos) / median(fewCosts, Cost::nanos);
      double cpu = median(manyCosts, Cost::cpuNanos) / median(fewCosts, Cost::cpuNanos);
      figures.put(Figure.START_GROWTH, Math.max(time, cpu));
      figures.note(
          String.format(
              Locale.ROOT,
              "a session among %,d ÷ among %,d: time %.2f, CPU %.2f; %.0f µs each, 16 at a time",
              many,
              few,
              time,
              cpu,
              median(manyCosts, Cost::nanos) / 1e3));
    } finally {
      threads.shutdownNow();
    }
  }

  private static JdbiUploadStore open(Settings settings, int sessions) throws Exception {
    Path folder = settings.scratch().resolve("starts-" + sessions);
    return Sessions.open(Sessions.of(settings, sessions, 1).copyTo(folder).resolve(Sessions.FILE));
  }

  private Cost create(ExecutorService threads, JdbiUploadStore store, Duration time)
      throws Exception {
    long begin = System.nanoTime();
    long cpuBegin = process.getProcessCpuTime();
    Callable<Integer> creating =
        () -> {
          int created = 0;
          while (System.nanoTime() - begin < time.toNanos()) {
            UploadSpec spec = Sessions.spec();
            if (!store
                .create(
                    spec,
                    Sessions.active(),
                    spec.expireTimeFrom(spec.createTime()),
                    Quota.UNLIMITED)
                .isNew()) {
              throw new AssertionError("a session was there already: " + spec.id());
            }
            created++;
          }
          return created;
        };
    List<Future<Integer>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      all.add(threads.submit(creating));
    }
    double created = 0;
    for (Future<Integer> each : all) {
      created += each.get();
    }
    return new Cost(
        (System.nanoTime() - begin) / created, (process.getProcessCpuTime() - cpuBegin) / created);
  }

  private static double median(List<Cost> costs, java.util.function.ToDoubleFunction<Cost> value) {
    return Rounds.median(costs.stream().mapToDouble(value).toArray());
  }
}
