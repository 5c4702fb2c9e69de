package io.waybill.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A socket that never blocks, with a way to wait for it. For one thread at a time. */
final class SocketConnection implements Closeable {

  /**
   * A socket says late that it takes bytes again, when a third of a buffer of megabytes is free. So
   * it is tried at least so often.
   */
  private static final long TRY_MILLIS = 1_000;

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;

  private SocketConnection(SocketChannel channel, Selector selector) throws IOException {
    this.channel = channel;
    this.selector = selector;
    channel.configureBlocking(false);
    this.key = channel.register(selector, 0);
  }

  /** Connects, within the time. */
  static SocketConnection open(InetSocketAddress address, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(address, Math.toIntExact(timeout.toMillis()));
      return new SocketConnection(channel, Selector.open());
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /** Writes what the socket takes now, perhaps nothing. */
  int write(ByteBuffer buffer) throws IOException {
    return channel.write(buffer);
  }

  /** What is there to be read now, perhaps nothing; -1 at the end. */
  int read(ByteBuffer buffer) throws IOException {
    return channel.read(buffer);
  }

  /**
   * Waits until there is something to read, or a while for room to write.
   *
   * @param write whether room to write ends the waiting
   * @return whether there is something to read: an answer, or the end
   * @throws HttpTimeoutException if the silence has lasted too long
   * @throws InterruptedException if the thread was interrupted; the connection is of no more use
   */
  boolean await(boolean write, Silence silence) throws IOException, InterruptedException {
    key.interestOps(write ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    for (; ; ) {
      long left = TimeUnit.NANOSECONDS.toMillis(silence.leftNanos());
      if (left <= 0) {
        throw new HttpTimeoutException(silence.complaint());
      }
      int ready = selector.select(Math.min(left, TRY_MILLIS));
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      selector.selectedKeys().clear();
      if (ready > 0 || write) {
        return ready > 0 && key.isReadable();
      }
    }
  }

  /** Whether the other side has said nothing, not even goodbye, since it was kept. */
  boolean isQuiet() {
    try {
      return channel.read(ByteBuffer.allocate(1)) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try (selector) {
      channel.close();
    }
  }
}
