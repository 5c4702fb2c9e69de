package io.waybill.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * A call that several threads may try to end; the first one does. gRPC's own calls are not
 * thread-safe and throw at the second close.
 */
final class OnceCall<Q, P> extends SimpleForwardingServerCall<Q, P> {
  private boolean closed;

  private OnceCall(ServerCall<Q, P> call) {
    super(call);
  }

  static <Q, P> OnceCall<Q, P> of(ServerCall<Q, P> call) {
    return call instanceof OnceCall<Q, P> once ? once : new OnceCall<>(call);
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!closed) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(P message) {
    if (!closed) {
      super.sendMessage(message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      super.close(status, trailers);
    }
  }
}
