package io.waybill.server.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.waybill.server.upload.UploadException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what lies here of requests that are not whole yet. gRPC gives the window back for what it
 * has read of a message, so a client that sends a thousand messages but for their last bytes would
 * have a gigabyte kept, on each connection, and without a token where health is asked. The call
 * that goes beyond the bound is answered OVERLOADED. What arrives in one piece is never refused.
 */
final class UnfinishedRequests extends ServerStreamTracer.Factory implements ServerInterceptor {
  private static final String QUEUE = "requests";

  /** How many of the largest requests a connection may have under way. */
  private static final int MESSAGES = 8;

  /** As much of a request may always be here: larger than nearly all of them. */
  private static final long SMALL_BYTES = 4 << 10;

  private static final Attributes.Key<AtomicLong> OF_CONNECTION =
      Attributes.Key.create("waybill-unfinished");
  private static final Context.Key<Stream> STREAM = Context.key("waybill-unfinished");

  private final long mostPerConnection;
  private final long most;
  private final StatusErrors errors;
  private final AtomicLong all = new AtomicLong();

  /**
   * @param maxMessageBytes the largest request
   * @param most of all connections; beyond, only small requests may come in pieces
   */
  UnfinishedRequests(int maxMessageBytes, long most, StatusErrors errors) {
    this.mostPerConnection = (long) MESSAGES * maxMessageBytes;
    this.most = most;
    this.errors = errors;
  }

  /** Sees to it that it is told of what arrives. */
  void watch(NettyServerBuilder builder) {
    builder
        .addStreamTracerFactory(this)
        .addTransportFilter(
            new ServerTransportFilter() {
              @Override
              public Attributes transportReady(Attributes attributes) {
                return attributes.toBuilder().set(OF_CONNECTION, new AtomicLong()).build();
              }
            });
  }

  /** How much of them is here now. */
  long bytes() {
    return all.get();
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return new Stream();
  }

  @Override
  public <Q, P> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, P> call, Metadata headers, ServerCallHandler<Q, P> next) {
    Stream stream = STREAM.get();
    if (stream == null) {
      return next.startCall(call, headers);
    }
    OnceCall<Q, P> once = OnceCall.of(call);
    stream.call = once;
    return next.startCall(once, headers);
  }

  /** One call's. All but the end is told by the connection's event loop. */
  private final class Stream extends ServerStreamTracer {
    private final AtomicLong unfinished = new AtomicLong();
    private AtomicLong ofConnection = new AtomicLong();
    private @Nullable OnceCall<?, ?> call;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(STREAM, this);
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> info) {
      ofConnection =
          Objects.requireNonNullElse(info.getAttributes().get(OF_CONNECTION), ofConnection);
    }

    @Override
    public void inboundWireSize(long bytes) {
      long here = unfinished.get();
      if (here > 0 && isTooMuch(here)) { // not its first piece, which may be the whole
        end();
      }
      unfinished.addAndGet(bytes);
      ofConnection.addAndGet(bytes);
      all.addAndGet(bytes);
    }

    private boolean isTooMuch(long here) {
      return ofConnection.get() > mostPerConnection || (all.get() > most && here > SMALL_BYTES);
    }

    private void end() {
      OnceCall<?, ?> started = call;
      if (started != null) {
        errors.close(started, UploadException.overloaded(QUEUE));
      }
    }

    /** It is whole, and the service's. */
    @Override
    public void inboundMessageRead(int number, long wireBytes, long bytes) {
      giveBack();
    }

    @Override
    public void streamClosed(Status status) {
      giveBack();
    }

    private void giveBack() {
      long bytes = unfinished.getAndSet(0);
      ofConnection.addAndGet(-bytes);
      all.addAndGet(-bytes);
    }
  }
}
