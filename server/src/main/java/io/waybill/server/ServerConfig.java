package io.waybill.server;

import io.waybill.server.grpc.GrpcLimits;
import io.waybill.server.s3.S3Connection;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Timing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a server is started with. Every key stands, explained, in {@code waybill.example.yaml}.
 *
 * @param listen the address and port; port 0 takes a free one
 * @param dataDir where the embedded database lives
 * @param databaseUrl jdbc:sqlite:FILE
 * @param sweepInterval how often the sweeper looks around
 * @param orphanInterval how often S3 is searched for uploads without a session
 * @param orphanAge how old such an upload has to be before it is aborted
 * @param putGrace how long a PUT that began before its URL's end may go on
 * @param security who may call, and how the calls travel
 * @param rates how much tenants may ask of this server
 * @param limits how many may connect, and what a connection may ask
 * @param events who tells what S3 has
 * @param destinations where uploads may go
 */
public record ServerConfig(
    InetSocketAddress listen,
    Path dataDir,
    String databaseUrl,
    Duration sweepInterval,
    Duration orphanInterval,
    Duration orphanAge,
    Duration putGrace,
    SecurityConfig security,
    RatesConfig rates,
    GrpcLimits limits,
    EventsConfig events,
    List<DestinationConfig> destinations) {

  /** The three that change from machine to machine; the values are keys of the configuration. */
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "WAYBILL_LISTEN", "listen",
          "WAYBILL_DATA_DIR", "data_dir",
          "WAYBILL_DATABASE_URL", "database.url");

  private static final String SQLITE = "jdbc:sqlite:";

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
    ConfigSection database = root.section("database");
    ConfigSection sweeper = root.section("sweeper");
    InetSocketAddress listen =
        address(root, or(overrides, "listen", root.text("listen", "127.0.0.1:7070")));
    Path dataDir = path(root, "data_dir", or(overrides, "data_dir", root.text("data_dir", "data")));
    String url =
        or(overrides, "database.url", database.text("url", SQLITE + dataDir.resolve("waybill.db")));
    if (!url.startsWith(SQLITE) || url.length() == SQLITE.length()) {
      // Not what it is instead: a URL of another database may hold a password.
      database.problem("url", "jdbc:sqlite:FILE");
    }
    Duration interval = interval(sweeper, "interval", Duration.ofSeconds(30));
    Duration orphanInterval = interval(sweeper, "orphan_interval", Duration.ofHours(1));
    Duration orphanAge = sweeper.duration("orphan_age", Timing.DEFAULT.orphanAge());
    Duration putGrace = sweeper.duration("put_grace", Timing.DEFAULT.putGrace());
    SecurityConfig security = SecurityConfig.read(root);
    RatesConfig rates = RatesConfig.read(root.section("rates"));
    GrpcLimits limits = LimitsConfig.read(root.section("limits"));
    EventsConfig events = EventsConfig.read(root.section("events"));
    List<DestinationConfig> destinations = destinations(root);
    for (DestinationConfig destination : destinations) {
      Duration maxAge = destination.policy().sessionMaxAge();
      if (orphanAge.compareTo(maxAge) <= 0) {
        sweeper.problem(
            "orphan_age",
            "longer than every session_max_age; that of %s is %s"
                .formatted(destination.policy().name(), maxAge));
      }
    }
    database.refuseUnknownKeys();
    sweeper.refuseUnknownKeys();
    root.refuseUnknownKeys();
    root.refuseProblems();
    return new ServerConfig(
        listen,
        dataDir,
        url,
        interval,
        orphanInterval,
        orphanAge,
        putGrace,
        security,
        rates,
        limits,
        events,
        destinations);
  }

  /** How the S3 of each destination is reached. */
  List<S3Connection> connections() {
    return destinations.stream().map(DestinationConfig::connection).toList();
  }

  /** The file of the embedded database. */
  Path databaseFile() {
    return Path.of(databaseUrl.substring(SQLITE.length()));
  }

  private static Duration interval(ConfigSection sweeper, String key, Duration otherwise) {
    Duration interval = sweeper.duration(key, otherwise);
    if (interval.isZero()) {
      sweeper.problem(key, "1s or more");
    }
    return interval;
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
      root.problem(key, "a folder, not " + text);
      return Path.of("data");
    }
  }

  private static String or(Map<String, String> overrides, String key, String value) {
    return overrides.getOrDefault(key, value);
  }
}
