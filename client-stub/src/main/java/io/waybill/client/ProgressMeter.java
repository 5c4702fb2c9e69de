package io.waybill.client;

import io.waybill.client.UploadProgress.Phase;
import io.waybill.v1.Upload;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts bytes and parts, and tells the listener: one call at a time, and without a lock held. */
final class ProgressMeter {

  private final ProgressListener listener;
  private final AtomicInteger untold = new AtomicInteger();

  private final Object lock = new Object();
  private UploadProgress now;
  private Phase beforePause = Phase.UPLOADING;

  ProgressMeter(long totalBytes, ProgressListener listener) {
    this.listener = listener;
    this.now = new UploadProgress(Phase.STARTING, "", totalBytes, 0, 0, 0, 0);
  }

  UploadProgress now() {
    synchronized (lock) {
      return now;
    }
  }

  void phase(Phase phase) {
    synchronized (lock) {
      now = with(phase, now.confirmedBytes(), now.inFlightBytes(), now.partsDone());
    }
    tell();
  }

  /** Begins a phase that can be paused. */
  void begin(Phase phase, boolean paused) {
    synchronized (lock) {
      beforePause = phase;
    }
    phase(paused ? Phase.PAUSED : phase);
  }

  /** Shows the pause, in a phase that can be paused. */
  void pause() {
    Phase phase = now().phase();
    if (phase == Phase.UPLOADING || phase == Phase.COMPARING) {
      turn(phase, Phase.PAUSED);
    }
  }

  /** Goes back to the phase before the pause. */
  void resume() {
    Phase before;
    synchronized (lock) {
      before = beforePause;
    }
    turn(Phase.PAUSED, before);
  }

  /** Changes from one phase to another, if it is in that one. */
  private void turn(Phase from, Phase to) {
    synchronized (lock) {
      if (now.phase() != from) {
        return;
      }
      now = with(to, now.confirmedBytes(), now.inFlightBytes(), now.partsDone());
    }
    tell();
  }

  /** Tells that another upload takes the place of one that was given up. */
  void restarted(String uploadId, String reason) {
    try {
      listener.onRestart(uploadId, reason);
    } catch (Exception e) {
      // The listener's own affair; an upload does not end for it.
    }
  }

  /** Begins anew from what the server's ledger has. */
  void ledger(Upload upload) {
    synchronized (lock) {
      now =
          new UploadProgress(
              now.phase(),
              upload.getUploadId(),
              now.totalBytes(),
              upload.getUploadedBytes(),
              0,
              upload.getUploadedParts(),
              upload.getPartCount());
    }
    tell();
  }

  /** Bytes went into the network; a negative number takes back those of a failed attempt. */
  void sent(long bytes) {
    synchronized (lock) {
      now = with(now.phase(), now.confirmedBytes(), now.inFlightBytes() + bytes, now.partsDone());
    }
    tell();
  }

  /** A part that was in flight is confirmed. */
  void confirmed(long bytes) {
    synchronized (lock) {
      now =
          with(
              now.phase(),
              now.confirmedBytes() + bytes,
              now.inFlightBytes() - bytes,
              now.partsDone() + 1);
    }
    tell();
  }

  private UploadProgress with(Phase phase, long confirmed, long inFlight, int parts) {
    return new UploadProgress(
        phase, now.uploadId(), now.totalBytes(), confirmed, inFlight, parts, now.partCount());
  }

  private void tell() {
    // Whoever finds nobody telling tells, until there is nothing new.
    if (untold.getAndIncrement() > 0) {
      return;
    }
    int told = 1;
    do {
      try {
        listener.onProgress(now());
      } catch (Exception e) {
        // The listener's own affair; an upload does not end for it.
      } catch (Error e) {
        untold.set(0);
        throw e;
      }
      told = untold.addAndGet(-told);
    } while (told > 0);
  }
}
