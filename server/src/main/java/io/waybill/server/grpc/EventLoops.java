package io.waybill.server.grpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads that carry one server's connections. As gRPC's own, but for the listening socket's
 * pipeline, where a {@link ConnectionCap} stands first: only there can a connection be turned away
 * before anything is spent on it.
 */
final class EventLoops implements AutoCloseable {
  private static final boolean EPOLL = Epoll.isAvailable();

  /** Netty's own choice: two a processor. */
  private static final int AS_MANY_AS_NETTY_LIKES = 0;

  private final EventLoopGroup accepting = group(1, "waybill-accept");
  private final EventLoopGroup carrying = group(AS_MANY_AS_NETTY_LIKES, "waybill-grpc");

  private static EventLoopGroup group(int threads, String name) {
    IoHandlerFactory handlers = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), handlers);
  }

  NettyServerBuilder carry(NettyServerBuilder server, ConnectionCap connections) {
    return server
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(carrying)
        .channelFactory(
            () -> {
              ServerChannel listening =
                  EPOLL ? new EpollServerSocketChannel() : new NioServerSocketChannel();
              listening.pipeline().addLast(connections);
              return listening;
            });
  }

  /** Does not wait: what is left to do is to notice that every connection is closed. */
  @Override
  public void close() {
    var unusedAccepting = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var unusedCarrying = carrying.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
