package io.waybill.server.dev;

import io.waybill.server.Closing;
import io.waybill.server.Main;
import io.waybill.server.ops.Logging;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of waybill-dev.jar: the stack, staying up. */
@Command(
    name = "waybill-dev",
    description = {
      "A Waybill server with an embedded S3, on loopback, until Ctrl-C.",
      "For trying out and developing against; never for anything that matters."
    },
    mixinStandardHelpOptions = true,
    subcommands = DemoCommand.class)
public final class DevMain implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--port",
      defaultValue = "7070",
      description = "The server's port, 0 for a free one. Default: 7070.")
  private int port;

  @Option(
      names = "--s3-port",
      defaultValue = "7071",
      description = "The embedded S3's port, 0 for a free one. Default: 7071.")
  private int s3Port;

  @Option(names = "--no-auth", description = "Take calls without a token.")
  private boolean noAuth;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keep everything there. Default: a temporary folder, gone afterwards.")
  private @Nullable Path data;

  public static void main(String[] args) {
    System.exit(Main.commandLine(new CommandLine(new DevMain())).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.toStandardError(Level.WARNING);
    Closing atExit = Closing.atExit();
    Path folder = data == null ? atExit.add(TemporaryFolder.create()).path() : data;
    DevStack stack = atExit.add(DevStack.start(folder, !noAuth, port, s3Port, (key, part) -> {}));
    PrintWriter out = spec.commandLine().getOut();
    out.print(Greeting.of(stack, folder));
    out.flush();
    stack.awaitTermination();
    return 0;
  }
}
