package io.waybill.client;

import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * One attempt to send a part to S3. It may take as long as it takes, but not stay silent: see
 * {@link Silence}. Thread-safe.
 */
interface PartPut {

  /**
   * Sends the part and returns the answer, whatever it is.
   *
   * @param onSent told of bytes that the connection took
   * @throws IOException if there was none: the connection broke, or was silent too long
   * @throws UploadFailedException if the part could not be read, or the request is unusable
   */
  PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException;

  /** A failure in words that are safe to log: its kind, and its message unless a URL is in it. */
  static String describe(IOException failure) {
    String message = failure.getMessage();
    boolean safe = message != null && !message.contains("://") && !message.contains("?");
    return failure.getClass().getSimpleName() + (safe ? ": " + message : "");
  }
}
