package io.waybill.server.grpc;

import io.grpc.Attributes;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.waybill.server.upload.Caller;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The server on a real port, with limits of a test's choice, that takes everybody for a caller. */
final class OpenWaybill implements AutoCloseable {
  /** The defaults with another patience: what takes a minute takes seconds. */
  static final GrpcLimits IMPATIENT =
      new GrpcLimits(
          20,
          0,
          1 << 20,
          16 << 10,
          50,
          200,
          Duration.ofSeconds(30),
          Duration.ofSeconds(3),
          Duration.ofMinutes(10),
          Duration.ofMinutes(30),
          Duration.ofMinutes(12),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          128 << 10,
          Duration.ofMillis(100));

  final Rig rig = new Rig();
  final GrpcServer server;
  final ManagedChannel channel;

  OpenWaybill(GrpcLimits limits) throws IOException {
    Caller caller = new Caller(Rig.TENANT, "test");
    Permissions permissions = Permissions.of(Reflection.OFF);
    server =
        GrpcServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            InsecureServerCredentials.create(),
            limits,
            List.of(rig.service),
            List.of(
                new CallerInterceptor(
                    (call, headers) -> CompletableFuture.completedFuture(caller),
                    permissions,
                    rig.calls,
                    rig.errors)),
            permissions,
            rig.errors);
    channel = from("127.0.0.1");
  }

  /** A new connection from one of this machine's addresses; closed by whoever asked for it. */
  ManagedChannel from(String localAddress) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port())
        .localSocketPicker(
            new NettyChannelBuilder.LocalSocketPicker() {
              @Override
              public SocketAddress createSocketAddress(
                  SocketAddress remote, Attributes attributes) {
                return new InetSocketAddress(localAddress, 0);
              }
            })
        .usePlaintext()
        .build();
  }

  int port() {
    return server.port();
  }

  long unfinishedRequestBytes() {
    return server.unfinishedRequestBytes();
  }

  /** The defaults, but for the largest request. */
  static GrpcLimits withMessages(int maxBytes) {
    GrpcLimits is = GrpcLimits.DEFAULT;
    return new GrpcLimits(
        is.maxConnections(),
        is.maxConnectionsPerAddress(),
        maxBytes,
        is.maxMetadataBytes(),
        is.maxCallsPerConnection(),
        is.maxResetsPerWindow(),
        is.resetWindow(),
        is.handshakeTimeout(),
        is.maxConnectionIdle(),
        is.maxConnectionAge(),
        is.maxConnectionAgeGrace(),
        is.minKeepalive(),
        is.keepalive(),
        is.keepaliveTimeout(),
        is.maxUnreadReplyBytes(),
        is.shutdownGrace());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    rig.close();
  }
}
