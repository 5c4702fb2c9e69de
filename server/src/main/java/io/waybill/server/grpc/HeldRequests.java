package io.waybill.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ServerCall;

/**
 * A call that asks for no message until it is told that one may come: whoever begins it on another
 * thread than gRPC's has to be through with beginning.
 */
final class HeldRequests<Q, P> extends SimpleForwardingServerCall<Q, P> {
  private int held;
  private boolean released;

  HeldRequests(ServerCall<Q, P> call) {
    super(call);
  }

  @Override
  public void request(int messages) {
    synchronized (this) {
      if (!released) {
        held += messages;
        return;
      }
    }
    super.request(messages);
  }

  /** Asks for what was held, and from then on at once. */
  void release() {
    int messages;
    synchronized (this) {
      released = true;
      messages = held;
    }
    if (messages > 0) {
      super.request(messages);
    }
  }
}
