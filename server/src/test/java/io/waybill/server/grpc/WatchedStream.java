package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.waybill.v1.Upload;
import io.waybill.v1.WatchUploadRequest;
import io.waybill.v1.WatchUploadResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client's end of WatchUpload. */
final class WatchedStream
    implements ClientResponseObserver<WatchUploadRequest, WatchUploadResponse> {
  private static final int PATIENCE_SECONDS = 20;

  private final BlockingQueue<Upload> told = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final boolean reads;
  private @Nullable ClientCallStreamObserver<WatchUploadRequest> call;
  private @Nullable StatusRuntimeException failure;

  private WatchedStream(boolean reads) {
    this.reads = reads;
  }

  static WatchedStream reading() {
    return new WatchedStream(true);
  }

  /** One that takes nothing before {@link #read}. */
  static WatchedStream idle() {
    return new WatchedStream(false);
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchUploadRequest> stream) {
    call = stream;
    if (!reads) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(WatchUploadResponse message) {
    told.add(message.getUpload());
  }

  @Override
  public void onError(Throwable t) {
    failure = t instanceof StatusRuntimeException e ? e : null;
    end.complete(Status.fromThrowable(t));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  Upload next() throws InterruptedException {
    Upload next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(next).as("a message; the stream: %s", end).isNotNull();
    return Objects.requireNonNull(next);
  }

  /** What is here and was not taken. */
  List<Upload> rest() {
    return List.copyOf(told);
  }

  void read(int messages) {
    Objects.requireNonNull(call).request(messages);
  }

  void cancel() {
    Objects.requireNonNull(call).cancel("enough", null);
  }

  @CanIgnoreReturnValue
  Status end() throws Exception {
    return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  Failures failure() throws Exception {
    assertThat(end().isOk()).isFalse();
    return Failures.of(Objects.requireNonNull(failure));
  }
}
