package io.waybill.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.Watcher;
import io.waybill.v1.WatchUploadResponse;
import java.util.concurrent.CompletableFuture;

/** The stream to a client that watches. Whoever ends the call, be it a gate or a limit, ends it. */
final class WatchReply implements Watcher {
  /** So one message is kept for a client that reads none, and not 32 KiB of them. */
  private static final int ONE_MESSAGE = 1;

  private final ServerCallStreamObserver<WatchUploadResponse> observer;
  private final StatusErrors errors;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  /** Has to be made before the handler returns. */
  WatchReply(StreamObserver<WatchUploadResponse> observer, StatusErrors errors) {
    this.observer = (ServerCallStreamObserver<WatchUploadResponse>) observer;
    this.errors = errors;
    this.observer.setOnReadyThreshold(ONE_MESSAGE);
    this.observer.setOnCancelHandler(() -> gone.complete(null));
    this.observer.setOnCloseHandler(() -> gone.complete(null));
  }

  @Override
  public boolean isReady() {
    return observer.isReady();
  }

  @Override
  public void tell(Upload upload) {
    if (!gone.isDone()) {
      observer.onNext(
          WatchUploadResponse.newBuilder().setUpload(UploadProtos.upload(upload)).build());
    }
  }

  @Override
  public void end() {
    if (gone.complete(null)) {
      observer.onCompleted();
    }
  }

  @Override
  public void fail(Throwable why) {
    if (gone.complete(null)) {
      observer.onError(errors.of(why));
    }
  }

  @Override
  public CompletableFuture<Void> gone() {
    return gone;
  }
}
