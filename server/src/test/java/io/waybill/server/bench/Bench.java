package io.waybill.server.bench;

import io.waybill.server.ops.Logging;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.Stream;

/**
 * Runs the benchmarks and prints what came out. {@code mvn -q -Pbench verify} runs the long form;
 * {@code -Dbench.only=report,startup} some of it.
 */
public final class Bench {
  private static final List<Benchmark> ALL =
      List.of(
          new SignBench(),
          new SignPartsBench(),
          new ReportBench(),
          new PostgresReportBench(),
          new ReportGrowthBench(),
          new StartGrowthBench(),
          new HeapBench(),
          new UploadBench(),
          new UploadHeapBench(),
          new StartupBench());

  private Bench() {}

  /** The argument names what to run, separated by commas; all where it is empty. */
  public static void main(String[] args) throws Exception {
    Set<String> only =
        args.length == 0 || args[0].isBlank() ? Set.of() : Set.of(args[0].split(","));
    List<Benchmark> chosen =
        ALL.stream().filter(each -> only.isEmpty() || only.contains(each.name())).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "bench.only: of " + ALL.stream().map(Benchmark::name).toList() + ", not " + only);
    }
    Figures figures = run(chosen, true);
    figures.print(System.out);
    System.exit(0); // whatever thread a library left behind
  }

  /** The short form of all. */
  static Figures runShort() throws Exception {
    return run(ALL, false);
  }

  private static Figures run(List<Benchmark> benchmarks, boolean isLong) throws Exception {
    Logging.toStandardError(Level.WARNING);
    Path home = Path.of("target", "bench");
    Path fixtures = Files.createDirectories(home.resolve("fixtures"));
    Path scratch = Files.createTempDirectory(home, "run-");
    try {
      Figures figures = new Figures();
      for (Benchmark benchmark : benchmarks) {
        long begin = System.nanoTime();
        benchmark.run(new Settings(isLong, fixtures, scratch), figures);
        System.out.printf(
            "%s: %d s%n", benchmark.name(), (System.nanoTime() - begin) / 1_000_000_000);
      }
      return figures;
    } finally {
      delete(scratch);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
