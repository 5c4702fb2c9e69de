package io.waybill.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      mixinStandardHelpOptions = true)
  int check(@Mixin ConfigFile file) {
    ServerConfig config = file.load();
    spec.commandLine().getOut().printf("OK: %d destination(s)%n", config.destinations().size());
    return 0;
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
