package io.waybill.server.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What a report costs on a ledger of ten million rows, against one of a hundred thousand, over as
 * many sessions. Told is what grew more: the time per report, or the server's CPU.
 */
final class ReportGrowthBench implements Benchmark {
  private static final int TURN = 20;

  @Override
  public String name() {
    return "report_growth";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    int uploads = settings.pick(10_000, 256);
    int few = settings.pick(10, 2);
    int many = settings.pick(1_000, 20);
    Path fewFolder =
        Sessions.of(settings, uploads, few).copyTo(settings.scratch().resolve("growth-few"));
    Path manyFolder =
        Sessions.of(settings, uploads, many).copyTo(settings.scratch().resolve("growth-many"));
    List<String> fewIds = Sessions.ids(fewFolder);
    List<String> manyIds = Sessions.ids(manyFolder);
    long reportedFew;
    long reportedMany;
    try (ServerProcess fewServer = ServerProcess.waybill(fewFolder);
        ServerProcess manyServer = ServerProcess.waybill(manyFolder);
        var fewLoad = new Load<>(fewServer, Reports.CALLERS, new Reports(fewIds, few + 1, TURN));
        var manyLoad =
            new Load<>(manyServer, Reports.CALLERS, new Reports(manyIds, many + 1, TURN))) {
      Rounds rounds = Rounds.run(settings, fewLoad, manyLoad);
      double time =
          rounds.median(fewLoad, Load.Round::perSecond)
              / rounds.median(manyLoad, Load.Round::perSecond);
      double cpu =
          rounds.median(manyLoad, Load.Round::cpuNanosPerCall)
              / rounds.median(fewLoad, Load.Round::cpuNanosPerCall);
      figures.put(Figure.REPORT_GROWTH, Math.max(time, cpu));
      figures.note(
          String.format(
              Locale.ROOT,
              "a report on %,d rows ÷ on %,d: time %.2f, server CPU %.2f",
              (long) uploads * many,
              (long) uploads * few,
              time,
              cpu));
      reportedFew = fewLoad.answered();
      reportedMany = manyLoad.answered();
    }
    Ledgers.requireGrownBy(reportedFew, (long) uploads * few, fewFolder);
    Ledgers.requireGrownBy(reportedMany, (long) uploads * many, manyFolder);
  }
}
