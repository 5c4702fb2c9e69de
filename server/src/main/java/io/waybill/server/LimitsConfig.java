package io.waybill.server;

import io.waybill.server.grpc.GrpcLimits;
import io.waybill.server.upload.WatchLimits;
import java.time.Duration;

/** Reads {@code limits}. */
final class LimitsConfig {
  private static final int MAX_CONNECTIONS = 1_000_000;
  private static final int MAX_WATCHES = 1_000_000;

  private final ConfigSection section;

  private LimitsConfig(ConfigSection section) {
    this.section = section;
  }

  static GrpcLimits read(ConfigSection section) {
    LimitsConfig limits = new LimitsConfig(section);
    GrpcLimits read = limits.read(GrpcLimits.DEFAULT);
    if (read.maxConnectionsPerAddress() > read.maxConnections()) {
      section.problem(
          "max_connections_per_address", "at most max_connections, " + read.maxConnections());
    }
    return read;
  }

  /**
   * Reads what is said of watching.
   *
   * @param grpc a watch ends before the connection under it is cut off
   */
  static WatchLimits readWatches(ConfigSection section, GrpcLimits grpc) {
    LimitsConfig limits = new LimitsConfig(section);
    WatchLimits otherwise = WatchLimits.DEFAULT;
    int most = limits.count("max_watches", otherwise.most(), 1, MAX_WATCHES);
    long interval = section.moment("watch_interval", otherwise.interval()).toMillis();
    return new WatchLimits(
        Duration.ofMillis(limits.within("watch_interval", interval, 50, 60_000, "50ms to 60s")),
        most,
        limits.count("max_watches_per_tenant", Math.max(1, most / 2), 1, MAX_WATCHES),
        grpc.maxConnectionAgeGrace());
  }

  private GrpcLimits read(GrpcLimits otherwise) {
    return new GrpcLimits(
        count("max_connections", otherwise.maxConnections(), 1, MAX_CONNECTIONS),
        count(
            "max_connections_per_address",
            otherwise.maxConnectionsPerAddress(),
            0,
            MAX_CONNECTIONS),
        bytes("max_message", otherwise.maxMessageBytes(), 64 << 10, 64 << 20, "64KiB to 64MiB"),
        bytes("max_metadata", otherwise.maxMetadataBytes(), 4 << 10, 1 << 20, "4KiB to 1MiB"),
        count("max_calls_per_connection", otherwise.maxCallsPerConnection(), 1, 100_000),
        count("max_resets_per_window", otherwise.maxResetsPerWindow(), 1, 1_000_000),
        duration("reset_window", otherwise.resetWindow(), 1, 3_600, "1s to 1h"),
        duration("handshake_timeout", otherwise.handshakeTimeout(), 1, 120, "1s to 2m"),
        duration("max_connection_idle", otherwise.maxConnectionIdle(), 1, 86_400, "1s to 1d"),
        duration("max_connection_age", otherwise.maxConnectionAge(), 60, 86_400, "1m to 1d"),
        duration(
            "max_connection_age_grace", otherwise.maxConnectionAgeGrace(), 1, 86_400, "1s to 1d"),
        duration("min_ping_interval", otherwise.minKeepalive(), 1, 3_600, "1s to 1h"),
        duration("ping_after", otherwise.keepalive(), 1, 3_600, "1s to 1h"),
        duration("ping_timeout", otherwise.keepaliveTimeout(), 1, 300, "1s to 5m"),
        bytes(
            "max_unread_replies",
            otherwise.maxUnreadReplyBytes(),
            4 << 20,
            1 << 30,
            "4MiB to 1GiB"),
        duration("shutdown_grace", otherwise.shutdownGrace(), 0, 3_600, "0s to 1h"));
  }

  private int count(String key, int otherwise, int least, int most) {
    return (int) within(key, section.count(key, otherwise), least, most, least + " to " + most);
  }

  private int bytes(String key, int otherwise, int least, int most, String allowed) {
    return (int) within(key, section.size(key, otherwise), least, most, allowed);
  }

  private Duration duration(String key, Duration otherwise, int least, int most, String allowed) {
    long seconds = section.duration(key, otherwise).toSeconds();
    return Duration.ofSeconds(within(key, seconds, least, most, allowed));
  }

  /** Something that is allowed, in any case: the problem is noted, and stops the start later. */
  private long within(String key, long value, long least, long most, String allowed) {
    if (value >= least && value <= most) {
      return value;
    }
    section.problem(key, allowed);
    return least;
  }
}
