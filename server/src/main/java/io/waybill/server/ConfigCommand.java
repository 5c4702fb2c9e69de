package io.waybill.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code config check} and {@code config example}. */
@Command(
    name = "config",
    description = "Checks a configuration, or prints an annotated one.",
    mixinStandardHelpOptions = true)
final class ConfigCommand {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Command(
      name = "check",
      description = "Says what is wrong with a configuration, all of it at once.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:all is well, but for warnings", "2:something has to be mended"})
  int check(
      @Mixin ConfigFile file,
      @Option(
              names = "--storage",
              description = {
                "Asks the S3 of every destination as a server does when it starts: a line each of",
                "OK, WARNING or FAILED, the destination, and what was found. And the queue of",
                "events, where there is one."
              })
          boolean storage) {
    ServerConfig config = file.load();
    PrintWriter out = spec.commandLine().getOut();
    boolean passed = !storage || StorageLines.print(config, out);
    if (passed) {
      out.printf("OK: %d destination(s)%n", config.destinations().size());
    }
    out.flush();
    return passed ? CommandLine.ExitCode.OK : CommandLine.ExitCode.USAGE;
  }

  @Command(
      name = "example",
      description = "Prints an example in which every key is explained.",
      mixinStandardHelpOptions = true)
  int example() throws IOException {
    try (InputStream in = ConfigCommand.class.getResourceAsStream("waybill.example.yaml")) {
      byte[] example = Objects.requireNonNull(in, "the jar lacks its example").readAllBytes();
      spec.commandLine().getOut().print(new String(example, StandardCharsets.UTF_8));
      spec.commandLine().getOut().flush();
    }
    return 0;
  }
}
