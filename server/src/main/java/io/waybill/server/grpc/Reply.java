package io.waybill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/**
 * The answer to a call of one reply: given once, by whoever is first, and to nobody who hung up.
 */
final class Reply<T> {
  private final StreamObserver<T> observer;
  private final StatusErrors errors;
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /** Has to be made before the handler returns. */
  Reply(StreamObserver<T> observer, StatusErrors errors) {
    this.observer = observer;
    this.errors = errors;
    ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(() -> done.complete(null));
  }

  /** Completes when the call is answered, or the caller has hung up. */
  CompletableFuture<Void> done() {
    return done;
  }

  void send(T message) {
    if (!done.complete(null)) {
      return;
    }
    try {
      observer.onNext(message);
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(errors.of(e));
    }
  }

  void fail(Throwable failure) {
    if (done.complete(null)) {
      observer.onError(errors.of(failure));
    }
  }
}
