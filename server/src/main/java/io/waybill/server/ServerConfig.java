package io.waybill.server;

import io.waybill.server.grpc.GrpcLimits;
import io.waybill.server.s3.S3Connection;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.WatchLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a server is started with. Every key stands, explained, in {@code waybill.example.yaml}.
 *
 * @param listen the address and port; port 0 takes a free one
 * @param dataDir where the embedded database lives, and a key that is made
 * @param database where sessions and ledgers are
 * @param sweeper what is done without being asked for
 * @param security who may call, and how the calls travel
 * @param rates how much tenants may ask of this server
 * @param limits how many may connect, and what a connection may ask
 * @param watches how many may watch, and how soon they are told
 * @param events who tells what S3 has
 * @param destinations where uploads may go
 */
public record ServerConfig(
    InetSocketAddress listen,
    Path dataDir,
    DatabaseConfig database,
    SweeperConfig sweeper,
    SecurityConfig security,
    RatesConfig rates,
    GrpcLimits limits,
    WatchLimits watches,
    EventsConfig events,
    List<DestinationConfig> destinations) {

  /**
   * What changes from machine to machine, and a secret; the values are keys of the configuration,
   * but for the secret, which has none.
   */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "WAYBILL_LISTEN", "listen",
          "WAYBILL_DATA_DIR", "data_dir",
          "WAYBILL_DATABASE_URL", "database.url",
          "WAYBILL_DATABASE_USER", "database.user",
          "WAYBILL_DATABASE_PASSWORD", "database.password");

  public ServerConfig {
    destinations = List.copyOf(destinations);
  }

  /**
   * Reads a file.
   *
   * @param overrides values that take the place of the file's, by key
   */
  static ServerConfig load(Path file, Map<String, String> overrides) {
    String yaml;
    try {
      yaml = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
    return parse(yaml, overrides);
  }

  /** Reads the text of a configuration. */
  public static ServerConfig parse(String yaml, Map<String, String> overrides) {
    ConfigSection root = ConfigSection.root(tree(yaml));
    InetSocketAddress listen =
        address(root, or(overrides, "listen", root.text("listen", "127.0.0.1:7070")));
    Path dataDir = path(root, "data_dir", or(overrides, "data_dir", root.text("data_dir", "data")));
    DatabaseConfig database = DatabaseConfig.read(root, overrides, dataDir);
    SecurityConfig security = SecurityConfig.read(root);
    if (database.isShared() && security.pageTokenKeyFile() == null) {
      root.problem(
          "page_token_key_file",
          "required with PostgreSQL, the same on all replicas: each one answers the others' tokens");
    }
    RatesConfig rates = RatesConfig.read(root.section("rates"));
    ConfigSection limitsSection = root.section("limits");
    GrpcLimits limits = LimitsConfig.read(limitsSection);
    WatchLimits watches = LimitsConfig.readWatches(limitsSection, limits);
    limitsSection.refuseUnknownKeys();
    EventsConfig events = EventsConfig.read(root.section("events"));
    List<DestinationConfig> destinations = destinations(root);
    SweeperConfig sweeper = SweeperConfig.read(root.section("sweeper"), destinations);
    root.refuseUnknownKeys();
    root.refuseProblems();
    return new ServerConfig(
        listen, dataDir, database, sweeper, security, rates, limits, watches, events, destinations);
  }

  /** How the S3 of each destination is reached. */
  List<S3Connection> connections() {
    return destinations.stream().map(DestinationConfig::connection).toList();
  }

  private static YamlNode tree(String yaml) {
    YamlNode tree = YamlNode.parse(yaml);
    if (tree.isMissingNode() || tree.isNull()) {
      throw new ConfigException("the configuration is empty");
    }
    return tree;
  }

  private static List<DestinationConfig> destinations(ConfigSection root) {
    List<DestinationConfig> destinations = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigSection section : root.sections("destinations")) {
      DestinationConfig destination = DestinationConfig.read(section);
      if (destination != null) {
        Destination policy = destination.policy();
        if (!names.add(policy.name())) {
          section.problem("name", "each name once; " + policy.name() + " is there already");
        }
        destinations.add(destination);
      }
    }
    return destinations;
  }

  /** The address under a section's key {@code listen}. */
  static InetSocketAddress address(ConfigSection root, String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= 65_535) {
        String host = text.substring(0, colon).replaceAll("^\\[|]$", "");
        return new InetSocketAddress(InetAddress.getByName(host), port);
      }
    } catch (NumberFormatException e) {
      // said below
    } catch (UnknownHostException e) {
      root.problem("listen", "an address of this machine, not " + text);
      return new InetSocketAddress(0);
    }
    root.problem("listen", "ADDRESS:PORT, such as 127.0.0.1:7070, not " + text);
    return new InetSocketAddress(0);
  }

  private static Path path(ConfigSection root, String key, String text) {
    try {
      return Path.of(text).toAbsolutePath();
    } catch (InvalidPathException e) {
      root.problem(key, "a folder, not " + text + LocaleText.ofThisProcess().advice(text));
      return Path.of("data");
    }
  }

  private static String or(Map<String, String> overrides, String key, String value) {
    return overrides.getOrDefault(key, value);
  }
}
