package io.waybill.server;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where the configuration is, and what takes the place of its values on this machine. */
final class ConfigFile {
  @Option(
      names = "--config",
      required = true,
      defaultValue = "${env:WAYBILL_CONFIG}",
      paramLabel = "FILE",
      description = "The configuration; also WAYBILL_CONFIG. 'config example' prints one.")
  private Path file = Path.of("waybill.yaml");

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      description = "Instead of the key listen; also WAYBILL_LISTEN.")
  private @Nullable String listen;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Instead of the key data_dir; also WAYBILL_DATA_DIR.")
  private @Nullable String dataDir;

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      description = "Instead of the key database.url; also WAYBILL_DATABASE_URL.")
  private @Nullable String databaseUrl;

  /** Flags before the environment, the environment before the file. */
  ServerConfig load() {
    Map<String, String> overrides = new HashMap<>();
    ServerConfig.ENVIRONMENT.forEach((name, key) -> put(overrides, key, environment(name)));
    put(overrides, "listen", listen);
    put(overrides, "data_dir", dataDir);
    put(overrides, "database.url", databaseUrl);
    return ServerConfig.load(file, overrides);
  }

  private static @Nullable String environment(String name) {
    String value = System.getenv(name);
    try {
      return value == null ? null : LocaleText.ofThisProcess().checked(value);
    } catch (TypeConversionException e) {
      throw new ConfigException(name + ": " + e.getMessage());
    }
  }

  private static void put(Map<String, String> overrides, String key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      overrides.put(key, value);
    }
  }
}
