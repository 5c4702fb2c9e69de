package io.waybill.server.upload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Remembers what it was told. */
final class RecordingWatcher implements Watcher {
  final List<Upload> told = new ArrayList<>();
  boolean reads = true;
  boolean ended;
  @Nullable Throwable failure;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  /** The newest. */
  Upload last() {
    return told.get(told.size() - 1);
  }

  UploadException failure() {
    if (failure instanceof UploadException known) {
      return known;
    }
    throw new AssertionError("failed with " + failure);
  }

  /** Its client goes away. */
  void hangUp() {
    gone.complete(null);
  }

  @Override
  public boolean isReady() {
    return reads && !gone.isDone();
  }

  @Override
  public void tell(Upload upload) {
    if (!gone.isDone()) {
      told.add(upload);
    }
  }

  @Override
  public void end() {
    ended = gone.complete(null);
  }

  @Override
  public void fail(Throwable why) {
    if (gone.complete(null)) {
      failure = why;
    }
  }

  @Override
  public CompletableFuture<Void> gone() {
    return gone;
  }
}
