package io.waybill.server.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** ReportPart beside a call that does nothing, and beside a transaction per call. */
final class ReportBench implements Benchmark {
  private static final int UPLOADS = 10_000;
  private static final int FIRST_PART = 2;
  private static final int TURN = 100;

  @Override
  public String name() {
    return "report";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Sessions sessions = Sessions.of(settings, settings.pick(UPLOADS, 256), 1);
    Path oursFolder = sessions.copyTo(settings.scratch().resolve("report-ours"));
    Path naiveFolder = sessions.copyTo(settings.scratch().resolve("report-naive"));
    Path echoFolder = Files.createDirectories(settings.scratch().resolve("report-echo"));
    List<String> ids = Sessions.ids(oursFolder);
    long reported;
    long reportedNaively;
    try (ServerProcess ours = ServerProcess.waybill(oursFolder);
        ServerProcess echo = ServerProcess.of(EchoServer.class, echoFolder);
        ServerProcess naive = ServerProcess.of(NaiveServer.class, naiveFolder);
        var oursLoad = new Load<>(ours, Reports.CALLERS, new Reports(ids, FIRST_PART, TURN));
        var echoLoad = new Load<>(echo, Reports.CALLERS, new Reports(ids, FIRST_PART, TURN));
        var naiveLoad = new Load<>(naive, Reports.CALLERS, new Reports(ids, FIRST_PART, TURN))) {
      // Long enough for the journal to be folded into the ledger several times within a round.
      Duration slice = settings.pick(Duration.ofSeconds(8), settings.slice());
      Rounds rounds =
          Rounds.run(settings, settings.pick(5, 2), slice, oursLoad, echoLoad, naiveLoad);
      double perSecond = rounds.median(oursLoad, Load.Round::perSecond);
      double echoPerSecond = rounds.median(echoLoad, Load.Round::perSecond);
      double naivePerSecond = rounds.median(naiveLoad, Load.Round::perSecond);
      double p99 = rounds.median(oursLoad, Load.Round::p99Nanos);
      double echoP99 = rounds.median(echoLoad, Load.Round::p99Nanos);
      figures.put(Figure.REPORT_VS_ECHO, perSecond / echoPerSecond);
      figures.put(Figure.REPORT_VS_NAIVE, perSecond / naivePerSecond);
      figures.put(Figure.REPORT_P99_VS_ECHO_P99, p99 / echoP99);
      figures.note(
          String.format(
              Locale.ROOT,
              "ReportPart: ours %.0f/s, echo %.0f/s, a transaction per call %.0f/s;"
                  + " p50 %.1f and %.1f ms, p99 %.1f and %.1f ms; CPU per call %.0f and %.0f µs;"
                  + " ours until the ledger had them all %.0f/s",
              perSecond,
              echoPerSecond,
              naivePerSecond,
              rounds.median(oursLoad, Load.Round::p50Nanos) / 1e6,
              rounds.median(echoLoad, Load.Round::p50Nanos) / 1e6,
              p99 / 1e6,
              echoP99 / 1e6,
              rounds.median(oursLoad, Load.Round::cpuNanosPerCall) / 1e3,
              rounds.median(echoLoad, Load.Round::cpuNanosPerCall) / 1e3,
              rounds.median(oursLoad, Load.Round::perSecondToRest)));
      figures.note("calls per second, 256 under way:");
      new Bars()
          .add("an empty RPC", echoPerSecond)
          .add("ReportPart", perSecond)
          .add("a transaction per call", naivePerSecond)
          .lines()
          .forEach(figures::note);
      reported = oursLoad.answered();
      reportedNaively = naiveLoad.answered();
    }
    Ledgers.requireGrownBy(reported, ids.size(), oursFolder);
    Ledgers.requireGrownBy(reportedNaively, ids.size(), naiveFolder);
  }
}
