package io.waybill.client;

import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Sends parts in plain HTTP/1.1 over sockets of its own, with a thread to each, through a buffer
 * that the kernel reads and writes directly. (Its sendfile, measured, takes no less CPU than a
 * buffer that stays in the core's cache, and was slower.)
 */
final class SocketPut implements PartPut {

  private final IdleConnections idle = new IdleConnections();
  private final Buffers buffers;
  private final Duration connectTimeout;
  private final Patience patience;

  SocketPut(Buffers buffers, Duration connectTimeout, Patience patience) {
    this.buffers = buffers;
    this.connectTimeout = connectTimeout;
    this.patience = patience;
  }

  @Override
  public PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    PutHead head = PutHead.of(part, body.sizeBytes());
    InetSocketAddress address = new InetSocketAddress(head.host(), head.port());
    try {
      return buffers.lend(buffer -> exchange(address, head, body, onSent, buffer));
    } catch (ClosedByInterruptException e) {
      var unused = Thread.interrupted();
      throw (InterruptedException) new InterruptedException().initCause(e);
    }
  }

  private PutReply exchange(
      InetSocketAddress address,
      PutHead head,
      PartBody body,
      LongConsumer onSent,
      ByteBuffer buffer)
      throws IOException, InterruptedException {
    SocketConnection connection = connection(address);
    boolean reusable = false;
    try {
      Silence silence = patience.begin(body.sizeBytes());
      SocketExchange exchange = new SocketExchange(connection, silence, buffer);
      PutReply reply = exchange.run(head.bytes(), body, onSent);
      reusable = exchange.isReusable();
      return reply;
    } finally {
      if (reusable) {
        idle.keep(address, connection);
      } else {
        connection.close();
      }
    }
  }

  private SocketConnection connection(InetSocketAddress address) throws IOException {
    Optional<SocketConnection> kept = idle.take(address);
    if (kept.isPresent()) {
      return kept.get();
    }
    if (address.isUnresolved()) {
      throw new ConnectException("no address is known for the host");
    }
    return SocketConnection.open(address, connectTimeout);
  }
}
