package io.waybill.client;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.client.UploadProgress.Phase;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.Upload;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** An upload under way. Thread-safe. */
public final class UploadHandle {

  /** After these nothing is left to resume. */
  private static final Set<ErrorReason> OVER =
      Set.of(
          ErrorReason.ERROR_REASON_UPLOAD_NOT_FOUND,
          ErrorReason.ERROR_REASON_UPLOAD_ABORTED,
          ErrorReason.ERROR_REASON_UPLOAD_EXPIRED,
          ErrorReason.ERROR_REASON_UPLOAD_FAILED,
          ErrorReason.ERROR_REASON_SIZE_MISMATCH,
          ErrorReason.ERROR_REASON_CHECKSUM_MISMATCH,
          ErrorReason.ERROR_REASON_CONTENT_MISMATCH,
          ErrorReason.ERROR_REASON_OBJECT_EXISTS,
          ErrorReason.ERROR_REASON_STORAGE_UPLOAD_GONE);

  private final WaybillClient client;
  private final UploadRun run;
  private final PartSource source;
  private final ResumeFile memory;
  private final PauseGate gate;
  private final ProgressMeter meter;
  private final CompletableFuture<Upload> result = new CompletableFuture<>();
  private final Thread thread;

  private final Object lock = new Object();
  private @Nullable Kind stop;
  private boolean stopped;

  UploadHandle(
      WaybillClient client,
      UploadRun run,
      PartSource source,
      ResumeFile memory,
      PauseGate gate,
      ProgressMeter meter) {
    this.client = client;
    this.run = run;
    this.source = source;
    this.memory = memory;
    this.gate = gate;
    this.meter = meter;
    this.thread = new Thread(this::work, "waybill-upload");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Begins no further part until {@link #resume}; those under way are sent to their end. */
  public void pause() {
    gate.close();
    meter.pause();
  }

  /** Goes on after {@link #pause}. */
  public void resume() {
    gate.open();
    meter.resume();
  }

  /** Stops, and leaves the session as it is, to be resumed. The result fails with CANCELLED. */
  public void cancel() {
    stop(Kind.CANCELLED);
  }

  /**
   * Stops, and gives the session up, so that S3 frees what it stored. The result fails with
   * ABORTED, after the server has answered. Too late once the object is being put together.
   */
  public void abort() {
    stop(Kind.ABORTED);
  }

  private void stop(Kind kind) {
    synchronized (lock) {
      if (stop == null && !stopped) {
        stop = kind;
        gate.stop();
        thread.interrupt();
      }
    }
  }

  /** How far it is. */
  public UploadProgress progress() {
    return meter.now();
  }

  /**
   * The COMPLETED upload with its object, or an {@link UploadFailedException}. Cancelling this
   * future does not stop the upload; {@link #cancel} does.
   */
  public CompletableFuture<Upload> result() {
    return result.copy();
  }

  /**
   * Waits for the result; an interrupt ends the waiting, not the upload.
   *
   * @throws UploadFailedException if the upload failed
   */
  public Upload await() throws InterruptedException {
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UploadFailedException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void work() {
    try {
      Upload upload = run.run();
      memory.delete();
      result.complete(upload);
    } catch (Throwable e) {
      UploadFailedException failure = stopped(e);
      if (!failure.resumable()) {
        memory.delete();
      }
      try {
        meter.phase(Phase.FAILED);
      } finally {
        result.completeExceptionally(failure);
      }
    } finally {
      close();
    }
  }

  private void close() {
    try {
      source.close();
    } catch (IOException e) {
      // It was only read: nothing is lost.
    }
  }

  /** Ends the possibility to stop, does what a stop asked for, and says what has happened. */
  private UploadFailedException stopped(Throwable cause) {
    Kind asked;
    synchronized (lock) {
      stopped = true;
      asked = stop;
      // The interrupt was meant for the run, not for the calls to come.
      var unused = Thread.interrupted();
    }
    String uploadId = meter.now().uploadId();
    if (asked == Kind.ABORTED && !uploadId.isEmpty()) {
      try {
        var unused = client.abort(uploadId);
      } catch (WaybillException e) {
        return failure(e).of(uploadId);
      }
    }
    if (asked != null) {
      String what = asked == Kind.ABORTED ? "the upload was aborted" : "the upload was cancelled";
      return new UploadFailedException(asked, what).of(uploadId);
    }
    return failure(cause).of(uploadId);
  }

  private static UploadFailedException failure(Throwable cause) {
    if (cause instanceof UploadFailedException failure) {
      return failure;
    } else if (cause instanceof WaybillException e) {
      boolean over = OVER.stream().anyMatch(e::is);
      return new UploadFailedException(
          over ? Kind.SESSION_OVER : Kind.SERVER, String.valueOf(e.getMessage()), e, !over, "");
    } else if (cause instanceof IOException e) {
      return new UploadFailedException(
          Kind.SOURCE_UNREADABLE, "the file or stream cannot be read: " + e, e, true, "");
    }
    return new UploadFailedException(
        Kind.SERVER, "a defect, or a reply against the contract: " + cause, cause, true, "");
  }
}
