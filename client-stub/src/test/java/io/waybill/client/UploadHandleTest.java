package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.client.UploadProgress.Phase;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadHandleTest {

  @TempDir Path folder;
  private final List<UploadProgress> seen = new CopyOnWriteArrayList<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private Bench bench;
  private Path file;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(folder);
    file = bench.file(350_000);
  }

  @AfterEach
  void close() {
    held.countDown();
    bench.close();
  }

  private UploadHandle start() throws IOException {
    return bench
        .uploaderBuilder()
        .parallel(1)
        .build()
        .start(file, UploadOptions.defaults(), seen::add);
  }

  /** Starts an upload whose second PUT S3 holds back until {@link #held}, and then fails. */
  private UploadHandle startHeld() throws IOException {
    AtomicInteger puts = new AtomicInteger();
    for (int part = 1; part <= 4; part++) {
      bench.s3.script(
          part,
          exchange -> {
            if (puts.incrementAndGet() == 2) {
              awaitHeld();
              FakeS3.status(500, "InternalError").give(exchange);
            } else {
              bench.s3.store(exchange);
            }
          });
    }
    UploadHandle handle = start();
    await().until(() -> puts.get() == 2 && !bench.waybill.reported("upload-1").isEmpty());
    return handle;
  }

  private void awaitHeld() throws InterruptedIOException {
    try {
      held.await();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  @Test
  void tellsHowItGoesOn() throws Exception {
    var unused = start().await();

    assertThat(seen).extracting(UploadProgress::phase).isSorted();
    assertThat(seen).extracting(UploadProgress::confirmedBytes).isSorted();
    assertThat(seen)
        .allMatch(p -> p.confirmedBytes() + p.inFlightBytes() <= 350_000, "never more than all")
        .allMatch(p -> p.inFlightBytes() >= 0);
    assertThat(seen.get(seen.size() - 1))
        .isEqualTo(new UploadProgress(Phase.COMPLETED, "upload-1", 350_000, 350_000, 0, 4, 4));
  }

  @Test
  void survivesAListenerThatThrows() throws Exception {
    UploadHandle handle =
        bench
            .uploader()
            .start(
                file,
                UploadOptions.defaults(),
                progress -> {
                  throw new IllegalStateException("listener");
                });

    assertThat(handle.await().getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
  }

  @Test
  void endsWithAListenersError() throws Exception {
    for (Phase when : Phase.values()) {
      if (when == Phase.COMPARING || when == Phase.PAUSED || when == Phase.FAILED) {
        continue;
      }
      UploadHandle handle =
          bench
              .uploader()
              .start(
                  file,
                  UploadOptions.defaults(),
                  progress -> {
                    if (progress.phase() == when && progress.inFlightBytes() % 100_000 == 0) {
                      throw new AssertionError("listener");
                    }
                  });

      var e = catchThrowableOfType(UploadFailedException.class, handle::await);
      assertThat(e).as(when.name()).hasMessageContaining("listener");
    }
  }

  @Test
  void beginsNoPartWhilePaused() throws Exception {
    UploadHandle handle = startHeld();

    handle.pause();
    held.countDown();
    await().until(() -> bench.waits.size() == 1);

    assertThat(handle.progress().phase()).isEqualTo(Phase.PAUSED);
    assertThat(bench.s3.sent()).hasSize(2);

    handle.resume();
    Upload upload = handle.await();
    assertThat(bench.s3.content(upload.getUploadId(), 4)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void leavesACancelledUploadResumable() throws Exception {
    UploadHandle handle = startHeld();

    handle.cancel();

    var e = catchThrowableOfType(UploadFailedException.class, handle::await);
    assertThat(e.kind()).isEqualTo(Kind.CANCELLED);
    assertThat(e.resumable()).isTrue();
    assertThat(e.uploadId()).contains("upload-1");
    assertThat(handle.progress().phase()).isEqualTo(Phase.FAILED);
    assertThat(bench.waybill.snapshot("upload-1").getState())
        .isEqualTo(UploadState.UPLOAD_STATE_ACTIVE);

    held.countDown();
    int first = bench.s3.sent().get(0);
    bench.s3.puts.clear();
    assertThat(start().await().getUploadId()).isEqualTo("upload-1");
    assertThat(bench.s3.sent()).hasSize(3).doesNotContain(first);
  }

  @Test
  void cancelsWhilePaused() throws Exception {
    UploadHandle handle = startHeld();
    handle.pause();
    held.countDown();

    handle.cancel();

    var e = catchThrowableOfType(UploadFailedException.class, handle::await);
    assertThat(e.kind()).isEqualTo(Kind.CANCELLED);
  }

  @Test
  void givesUpAnAbortedUpload() throws Exception {
    UploadHandle handle = startHeld();

    handle.abort();

    var e = catchThrowableOfType(UploadFailedException.class, handle::await);
    assertThat(e.kind()).isEqualTo(Kind.ABORTED);
    assertThat(e.resumable()).isFalse();
    assertThat(bench.waybill.snapshot("upload-1").getState())
        .isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  @Test
  void isOverOnce() throws Exception {
    UploadHandle handle = start();
    var upload = handle.await();

    handle.cancel();
    handle.abort();
    handle.pause();

    assertThat(handle.await()).isEqualTo(upload);
    assertThat(handle.result()).isCompletedWithValue(upload);
    assertThat(handle.progress().phase()).isEqualTo(Phase.COMPLETED);
    assertThat(bench.waybill.count("Abort")).isZero();
  }

  @Test
  void stopsWhenTheSessionIsAbortedElsewhere() throws Exception {
    UploadHandle handle = startHeld();

    bench.waybill.state("upload-1", UploadState.UPLOAD_STATE_ABORTED);
    held.countDown();

    var e = catchThrowableOfType(UploadFailedException.class, handle::await);
    assertThat(e.kind()).isEqualTo(Kind.SESSION_OVER);
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }
}
