package io.waybill.server;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of waybill-server.jar. */
@Command(
    name = "waybill-server",
    description = "Waybill, a gRPC upload control plane for S3.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {ServeCommand.class, SweepCommand.class, UsageCommand.class, ConfigCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ended in order",
      "1:a failure while running",
      "2:wrong usage, wrong configuration, or something it needs is not to be had"
    })
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    if (List.of(args).contains("serve")) {
      Preload.begin();
    }
    System.exit(commandLine(new CommandLine(new Main())).execute(args));
  }

  /** One line on standard error and exit code 2 for whatever the operator can mend. */
  public static CommandLine commandLine(CommandLine commandLine) {
    return LocaleText.ofThisProcess()
        .applyTo(commandLine)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> {
              if (e instanceof ConfigException || e instanceof StartException) {
                String.valueOf(e.getMessage()).lines().forEach(command.getErr()::println);
                return CommandLine.ExitCode.USAGE;
              }
              throw e;
            });
  }
}
