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
}
