package io.waybill.server;

import io.waybill.server.ops.Logging;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.upload.Swept;
import io.waybill.server.upload.UploadId;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sweep}: what a server does on its schedule, once and at once. */
@Command(
    name = "sweep",
    description = {
      "Ends expired sessions, frees what S3 holds of dead ones, finishes what was left half done,",
      "aborts multipart uploads that no session owns, and forgets sessions that ended long ago. It",
      "may run beside a server.",
      "",
      "Prints a line for each: ACTION, OUTCOME, the upload's id, s3 destination and key.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all of it is done, or it was a dry run",
      "1:something has to wait for a later pass; the log says why",
      "2:wrong usage, wrong configuration, or something it needs is not to be had"
    })
final class SweepCommand implements Callable<Integer> {
  /** A pass looks at so many sessions; a sweep that never ends would be a defect. */
  private static final int MOST_PASSES = 1_000;

  /** How long a pass waits for completions: S3 takes minutes for the largest objects. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ConfigFile file = new ConfigFile();

  @Option(
      names = "--dry-run",
      description = "Only say what would be done; no session and nothing in S3 is touched.")
  private boolean dryRun;

  @Override
  public Integer call() {
    Logging.toStandardError(Level.WARNING);
    ServerConfig config = file.load();
    S3Storage storage = S3Storage.open(config.connections(), Clock.systemUTC());
    Core core = Closing.atExit().add(Core.openBeside(config, storage));
    List<Swept> swept = dryRun ? plan(core) : execute(core);
    print(swept);
    return isAnythingLeft(swept) ? 1 : 0;
  }

  /** What a later pass did is done. */
  private static boolean isAnythingLeft(List<Swept> swept) {
    Map<UploadId, Swept.Outcome> last = new HashMap<>();
    swept.forEach(each -> last.put(each.uploadId(), each.outcome()));
    return last.containsValue(Swept.Outcome.LATER);
  }

  private static List<Swept> plan(Core core) {
    List<Swept> swept = new ArrayList<>(core.uploads().plan());
    swept.addAll(core.orphans().plan());
    swept.addAll(core.retention().plan());
    return swept;
  }

  private static List<Swept> execute(Core core) {
    List<Swept> swept = new ArrayList<>();
    for (int pass = 0; pass < MOST_PASSES; pass++) {
      List<Swept> some = core.uploads().execute(PATIENCE);
      swept.addAll(some);
      if (some.stream().noneMatch(each -> each.outcome() == Swept.Outcome.DONE)) {
        break;
      }
    }
    swept.addAll(core.orphans().execute());
    swept.addAll(core.retention().execute());
    return swept;
  }

  private void print(List<Swept> swept) {
    PrintWriter out = spec.commandLine().getOut();
    Map<Swept.Action, Integer> counts = new EnumMap<>(Swept.Action.class);
    for (Swept each : swept) {
      counts.merge(each.action(), 1, Integer::sum);
      out.printf(
          "%-15s %-5s %s %s %s%n",
          each.action(),
          each.outcome(),
          each.uploadId(),
          each.destination(),
          printable(each.key()));
    }
    out.printf("%s: %d %s%n", dryRun ? "dry run" : "swept", swept.size(), counts);
    out.flush();
  }

  /** Keys hold no control characters where Waybill made them; a terminal need not rely on it. */
  private static String printable(String key) {
    return key.replaceAll("\\p{Cntrl}", "?");
  }
}
