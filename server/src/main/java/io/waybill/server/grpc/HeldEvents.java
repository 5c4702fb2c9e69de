package io.waybill.server.grpc;

import io.grpc.ServerCall;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the listener of a call whose caller is not known yet. What happens to the call is held
 * and passed on in order, never two things at once: it arrives on the event loop while the call
 * begins on another thread.
 *
 * <p>Messages are never held: their bytes are gRPC's again as soon as {@link #onMessage} returns.
 * {@link HeldRequests} sees to it that none comes before.
 */
final class HeldEvents<Q> extends ServerCall.Listener<Q> {
  private final Queue<Consumer<ServerCall.Listener<Q>>> held = new ArrayDeque<>();
  private boolean cancelled;

  /** Set once nothing is held any more; from then on events go straight through. */
  private volatile ServerCall.@Nullable Listener<Q> open;

  /** Whether the client has gone, and nobody waits for an answer. */
  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Passes on what was held, and then everything. */
  void passTo(ServerCall.Listener<Q> listener) {
    Consumer<ServerCall.Listener<Q>> next = nextOrOpen(listener);
    while (next != null) {
      next.accept(listener);
      next = nextOrOpen(listener);
    }
  }

  private synchronized @Nullable Consumer<ServerCall.Listener<Q>> nextOrOpen(
      ServerCall.Listener<Q> listener) {
    Consumer<ServerCall.Listener<Q>> next = held.poll();
    if (next == null) {
      open = listener;
    }
    return next;
  }

  private void event(Consumer<ServerCall.Listener<Q>> event) {
    ServerCall.Listener<Q> listener = open;
    if (listener == null) {
      listener = heldOrOpen(event);
    }
    if (listener != null) {
      event.accept(listener);
    }
  }

  private synchronized ServerCall.@Nullable Listener<Q> heldOrOpen(
      Consumer<ServerCall.Listener<Q>> event) {
    if (open == null) {
      held.add(event);
    }
    return open;
  }

  @Override
  public void onMessage(Q message) {
    ServerCall.Listener<Q> listener = open;
    if (listener == null) {
      throw new IllegalStateException("nobody has asked for a message yet");
    }
    listener.onMessage(message);
  }

  @Override
  public void onHalfClose() {
    event(ServerCall.Listener::onHalfClose);
  }

  @Override
  public void onCancel() {
    synchronized (this) {
      cancelled = true;
    }
    event(ServerCall.Listener::onCancel);
  }

  @Override
  public void onComplete() {
    event(ServerCall.Listener::onComplete);
  }

  @Override
  public void onReady() {
    event(ServerCall.Listener::onReady);
  }
}
