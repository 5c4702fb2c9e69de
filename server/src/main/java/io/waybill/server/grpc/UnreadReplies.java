package io.waybill.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.waybill.server.upload.UploadException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the replies that a connection has been sent and does not take. A client that closes its
 * HTTP/2 window has every reply kept for it: a thousand of 3 MiB on each connection, did nothing
 * stand before it. Beyond the bound a call is answered OVERLOADED instead. The only reply on a
 * connection goes out whatever its size, as long as all connections have not twice their share.
 */
final class UnreadReplies implements ServerInterceptor {
  private static final String QUEUE = "replies";

  /** What a connection may have where all of them together have too much. */
  private static final long SCARCE_BYTES = 1 << 20;

  private final long mostPerConnection;
  private final long most;
  private final StatusErrors errors;
  private final Map<Object, Long> byConnection = new ConcurrentHashMap<>();
  private final AtomicLong all = new AtomicLong();

  /**
   * @param most of all connections; beyond, each has a megabyte; beyond twice as much, none
   */
  UnreadReplies(long mostPerConnection, long most, StatusErrors errors) {
    this.mostPerConnection = mostPerConnection;
    this.most = most;
    this.errors = errors;
  }

  /** How much is unread now. */
  long bytes() {
    return all.get();
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    Counted<Q, P> counted = new Counted<>(call, remote == null ? this : remote);
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
      @Override
      public void onReady() {
        counted.giveBack(); // taken, however long the next message may take to come
        super.onReady();
      }

      @Override
      public void onComplete() {
        counted.end();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        counted.end();
        super.onCancel();
      }
    };
  }

  boolean take(Object connection, long bytes) {
    long then = all.get() + bytes;
    long allowed = then > most ? SCARCE_BYTES : mostPerConnection;
    boolean[] taken = {false};
    byConnection.compute(
        connection,
        (key, unread) -> {
          long before = unread == null ? 0 : unread;
          taken[0] = unread == null ? then <= 2 * most : before + bytes <= allowed;
          return orNone(taken[0] ? before + bytes : before);
        });
    if (taken[0]) {
      all.addAndGet(bytes);
    }
    return taken[0];
  }

  void giveBack(Object connection, long bytes) {
    all.addAndGet(-bytes);
    byConnection.computeIfPresent(connection, (key, unread) -> orNone(unread - bytes));
  }

  private static @Nullable Long orNone(long bytes) {
    return bytes == 0 ? null : bytes;
  }

  private final class Counted<Q, P> extends SimpleForwardingServerCall<Q, P> {
    private final Object connection;
    private long unread;
    private boolean closed;
    private boolean ended;

    Counted(ServerCall<Q, P> call, Object connection) {
      super(call);
      this.connection = connection;
    }

    @Override
    public void sendMessage(P message) {
      if (isReady()) {
        giveBack(); // what went before in this stream has been taken, or as good as
      }
      if (take(size(message))) {
        super.sendMessage(message);
      } else {
        errors.close(this, UploadException.overloaded(QUEUE));
      }
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (beginClosing()) {
        super.close(status, trailers);
      }
    }

    private synchronized boolean beginClosing() {
      boolean first = !closed;
      closed = true;
      return first;
    }

    private synchronized boolean take(long bytes) {
      if (closed || ended || !UnreadReplies.this.take(connection, bytes)) {
        return false;
      }
      unread += bytes;
      return true;
    }

    /** The stream is gone, and whoever still sends something sends it to nobody. */
    synchronized void end() {
      ended = true;
      giveBack();
    }

    private synchronized void giveBack() {
      if (unread > 0) {
        UnreadReplies.this.giveBack(connection, unread);
        unread = 0;
      }
    }
  }

  private static long size(Object message) {
    if (message instanceof MessageLite proto) {
      return proto.getSerializedSize();
    }
    try {
      return message instanceof InputStream bytes && message instanceof KnownLength
          ? bytes.available()
          : 0;
    } catch (IOException e) {
      throw new IllegalStateException("a message in memory that cannot be read", e);
    }
  }
}
