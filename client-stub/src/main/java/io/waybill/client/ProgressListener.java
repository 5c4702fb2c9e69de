package io.waybill.client;

/** Hears how an upload goes on. */
@FunctionalInterface
public interface ProgressListener {

  /**
   * Called with the newest state after something changed; states in between may be skipped. One
   * call at a time, on threads that have bytes to send, so it should be quick. No lock is held, and
   * an exception is ignored; an Error ends the upload.
   */
  void onProgress(UploadProgress progress);

  /**
   * Called when an earlier run's upload was given up and aborted: the whole source is sent under a
   * new one.
   *
   * @param uploadId the earlier upload's id
   * @param reason why it was not resumed
   */
  default void onRestart(String uploadId, String reason) {}
}
