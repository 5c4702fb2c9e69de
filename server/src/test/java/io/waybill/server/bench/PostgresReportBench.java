package io.waybill.server.bench;

import io.waybill.server.sql.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * ReportPart on PostgreSQL beside a call that does nothing, and two replicas beside one. The
 * database shares the machine with the servers and the load (of two cores it takes a quarter), and
 * so do two replicas with each other: this shows what they cost each other, not what another
 * machine would bring.
 */
final class PostgresReportBench implements Benchmark {
  private static final int UPLOADS = 10_000;
  private static final int FIRST_PART = 2;
  private static final int TURN = 100;

  @Override
  public String name() {
    return "report_pg";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Path scratch = settings.scratch();
    try (TestPostgres postgres = TestPostgres.start(scratch.resolve("postgres"))) {
      int uploads = settings.pick(UPLOADS, 256);
      PostgresSessions alone = PostgresSessions.of(postgres, uploads);
      PostgresSessions shared = PostgresSessions.of(postgres, uploads);
      Path echoFolder = Files.createDirectories(scratch.resolve("report-pg-echo"));
      long reportedAlone;
      long reportedShared;
      try (ServerProcess one = alone.serve(scratch.resolve("report-pg-one"));
          ServerProcess first = shared.serve(scratch.resolve("report-pg-first"));
          ServerProcess second = shared.serve(scratch.resolve("report-pg-second"));
          ServerProcess echo = ServerProcess.of(EchoServer.class, echoFolder);
          var oneLoad = new Load<>(one, Reports.CALLERS, reports(alone));
          var twoLoad = new Load<>(List.of(first, second), Reports.CALLERS, reports(shared));
          var echoLoad = new Load<>(echo, Reports.CALLERS, reports(alone))) {
        // Each of two servers has half of the calls to get warm by, and the driver's code is slow
        // to.
        for (int i = 0; i < settings.pick(2, 0); i++) {
          oneLoad.run(settings.warmUp());
          twoLoad.run(settings.warmUp().multipliedBy(2));
        }
        Duration slice = settings.pick(Duration.ofSeconds(8), settings.slice());
        Rounds rounds =
            Rounds.run(settings, settings.pick(5, 2), slice, oneLoad, twoLoad, echoLoad);
        double perSecond = rounds.median(oneLoad, Load.Round::perSecond);
        double bothPerSecond = rounds.median(twoLoad, Load.Round::perSecond);
        double echoPerSecond = rounds.median(echoLoad, Load.Round::perSecond);
        figures.put(Figure.REPORT_PG_VS_ECHO, perSecond / echoPerSecond);
        figures.put(Figure.REPORT_PG2_VS_PG1, bothPerSecond / perSecond);
        figures.note(
            String.format(
                Locale.ROOT,
                "ReportPart on PostgreSQL: one replica %.0f/s, two %.0f/s, echo %.0f/s;"
                    + " p50 %.1f, %.1f and %.1f ms, p99 %.1f, %.1f and %.1f ms;"
                    + " the servers' CPU per call %.0f, %.0f and %.0f µs",
                perSecond,
                bothPerSecond,
                echoPerSecond,
                rounds.median(oneLoad, Load.Round::p50Nanos) / 1e6,
                rounds.median(twoLoad, Load.Round::p50Nanos) / 1e6,
                rounds.median(echoLoad, Load.Round::p50Nanos) / 1e6,
                rounds.median(oneLoad, Load.Round::p99Nanos) / 1e6,
                rounds.median(twoLoad, Load.Round::p99Nanos) / 1e6,
                rounds.median(echoLoad, Load.Round::p99Nanos) / 1e6,
                rounds.median(oneLoad, Load.Round::cpuNanosPerCall) / 1e3,
                rounds.median(twoLoad, Load.Round::cpuNanosPerCall) / 1e3,
                rounds.median(echoLoad, Load.Round::cpuNanosPerCall) / 1e3));
        reportedAlone = oneLoad.answered();
        reportedShared = twoLoad.answered();
      }
      requireGrownBy(reportedAlone, uploads, alone);
      requireGrownBy(reportedShared, uploads, shared);
    }
  }

  private static Reports reports(PostgresSessions sessions) throws Exception {
    return new Reports(sessions.ids(), FIRST_PART, TURN);
  }

  private static void requireGrownBy(long reported, long before, PostgresSessions sessions)
      throws Exception {
    long held = sessions.parts();
    if (held != before + reported) {
      throw new AssertionError(
          "acknowledged were %d reports on top of %d, the ledger holds %d"
              .formatted(reported, before, held));
    }
  }
}
