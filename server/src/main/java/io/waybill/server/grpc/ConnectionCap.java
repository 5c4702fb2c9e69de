package io.waybill.server.grpc;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.waybill.server.ops.SparseLog;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that is one too many as soon as it is accepted: no TLS, no buffer, no thread
 * is spent on it. gRPC knows no such limit, and a {@code ServerTransportFilter} is asked only after
 * the handshake.
 */
@Sharable // one listening socket has it; a start that is repeated may make another
final class ConnectionCap extends ChannelInboundHandlerAdapter {
  private static final System.Logger LOG = System.getLogger(ConnectionCap.class.getName());
  private static final int LINES_PER_MINUTE = 2;

  /** One subscriber of IPv6 has 64 bits of addresses to come from, or more. */
  private static final int IPV6_PREFIX_BYTES = 8;

  private final int most;
  private final int mostPerAddress;
  private final SparseLog log = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);
  private final Map<ByteBuffer, Integer> byAddress = new HashMap<>();
  private int open;
  private long refused;

  /**
   * @param mostPerAddress 0 for no such limit
   */
  ConnectionCap(int most, int mostPerAddress) {
    this.most = most;
    this.mostPerAddress = mostPerAddress;
  }

  synchronized long refused() {
    return refused;
  }

  synchronized int open() {
    return open;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel connection = (Channel) accepted;
    ByteBuffer address = mostPerAddress == 0 ? null : address(connection.remoteAddress());
    String limit = enter(address);
    if (limit != null) {
      connection.unsafe().closeForcibly();
      log.say(limit, () -> "a connection was refused: there are as many as " + limit + " allows");
      return;
    }
    var unused = connection.closeFuture().addListener(closed -> leave(address));
    context.fireChannelRead(accepted);
  }

  /** Which limit is reached, or null where there is room. */
  private synchronized @Nullable String enter(@Nullable ByteBuffer address) {
    if (open >= most) {
      refused++;
      return "limits.max_connections";
    }
    if (address != null && byAddress.getOrDefault(address, 0) >= mostPerAddress) {
      refused++;
      return "limits.max_connections_per_address";
    }
    open++;
    if (address != null) {
      byAddress.merge(address, 1, Integer::sum);
    }
    return null;
  }

  private synchronized void leave(@Nullable ByteBuffer address) {
    open--;
    if (address != null) {
      byAddress.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Null where it is gone already, or comes over no network. */
  static @Nullable ByteBuffer address(@Nullable SocketAddress remote) {
    if (!(remote instanceof InetSocketAddress internet) || internet.isUnresolved()) {
      return null;
    }
    byte[] bytes = internet.getAddress().getAddress();
    return internet.getAddress() instanceof Inet6Address
        ? ByteBuffer.wrap(bytes, 0, IPV6_PREFIX_BYTES).slice()
        : ByteBuffer.wrap(bytes);
  }
}
