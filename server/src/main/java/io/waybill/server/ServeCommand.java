package io.waybill.server;

import io.waybill.server.ops.Logging;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code serve}: runs until it is told to stop (SIGTERM, SIGINT), then finishes what runs. */
@Command(
    name = "serve",
    description = {
      "Serves gRPC until SIGTERM or SIGINT, then finishes what runs.",
      "Prints one line on standard output once it serves."
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ConfigFile file = new ConfigFile();

  @Option(
      names = "--insecure-listen-anywhere",
      description = {
        "Serve on an address that is not loopback though TLS or authentication is missing:",
        "whoever reaches it may read along, or upload."
      })
  private boolean insecureListenAnywhere;

  @Override
  public Integer call() throws InterruptedException {
    Logging.toStandardError(Level.INFO);
    ServerConfig config = file.load();
    boolean loopback = config.listen().getAddress().isLoopbackAddress();
    if (!loopback && !config.security().isSafeAnywhere() && !insecureListenAnywhere) {
      throw new ConfigException(
          "listen: a loopback address, not %s, unless there are tls and auth;"
                  .formatted(config.listen())
              + " --insecure-listen-anywhere serves there all the same");
    }
    WaybillServer server = Closing.atExit().add(WaybillServer.start(config));
    spec.commandLine().getOut().println("waybill: serving on " + server.target());
    spec.commandLine().getOut().flush();
    server.awaitTermination();
    return 0;
  }
}
