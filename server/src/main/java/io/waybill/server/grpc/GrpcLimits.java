package io.waybill.server.grpc;

import java.time.Duration;

/**
 * How many may connect, and what one connection may ask of the server. gRPC's own defaults are
 * open: no limit on connections or on floods of resets, idle connections stay, silent sockets live
 * 120 s.
 *
 * @param maxConnections how many are open at once; beyond, they are closed when they are accepted
 * @param maxConnectionsPerAddress the same from one address, of IPv6 the first 64 bits; 0 for no
 *     such limit
 * @param maxMessageBytes the largest request, after decompression
 * @param maxMetadataBytes the largest request headers
 * @param maxCallsPerConnection how many calls a connection has open at once
 * @param maxResetsPerWindow how many streams a client may reset within the window (rapid reset,
 *     CVE-2023-44487)
 * @param resetWindow the window of the resets, whole seconds
 * @param handshakeTimeout how long TLS, the HTTP/2 preface and the client's first SETTINGS may
 *     take, each
 * @param maxConnectionIdle after which a connection without calls is closed
 * @param maxConnectionAge after which a connection is closed gently, so that balancers get another
 *     chance
 * @param maxConnectionAgeGrace how long the calls on it may then go on; above a Complete's deadline
 * @param minKeepalive clients may ping as often as this, with or without calls
 * @param keepalive after which a silent client is pinged
 * @param keepaliveTimeout how long it may then take to answer
 * @param maxUnreadReplyBytes of replies that a connection has been sent and does not take
 * @param shutdownGrace how long a server that stops waits for its calls
 */
public record GrpcLimits(
    int maxConnections,
    int maxConnectionsPerAddress,
    int maxMessageBytes,
    int maxMetadataBytes,
    int maxCallsPerConnection,
    int maxResetsPerWindow,
    Duration resetWindow,
    Duration handshakeTimeout,
    Duration maxConnectionIdle,
    Duration maxConnectionAge,
    Duration maxConnectionAgeGrace,
    Duration minKeepalive,
    Duration keepalive,
    Duration keepaliveTimeout,
    int maxUnreadReplyBytes,
    Duration shutdownGrace) {

  /** A token of 8 KiB, and as much again for the rest. */
  private static final int MAX_METADATA_BYTES = 16 << 10;

  public static final GrpcLimits DEFAULT =
      new GrpcLimits(
          10_000,
          0,
          1 << 20,
          MAX_METADATA_BYTES,
          1_000,
          200,
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(30),
          Duration.ofMinutes(12),
          Duration.ofSeconds(20),
          Duration.ofMinutes(1),
          Duration.ofSeconds(20),
          64 << 20,
          Duration.ofSeconds(20));

  /** The same with another patience at the end. */
  public GrpcLimits withShutdownGrace(Duration grace) {
    return new GrpcLimits(
        maxConnections,
        maxConnectionsPerAddress,
        maxMessageBytes,
        maxMetadataBytes,
        maxCallsPerConnection,
        maxResetsPerWindow,
        resetWindow,
        handshakeTimeout,
        maxConnectionIdle,
        maxConnectionAge,
        maxConnectionAgeGrace,
        minKeepalive,
        keepalive,
        keepaliveTimeout,
        maxUnreadReplyBytes,
        grace);
  }
}
