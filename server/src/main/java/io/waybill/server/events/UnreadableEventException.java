package io.waybill.server.events;

/** A document that is none of those that S3 sends. The message holds nothing of it. */
final class UnreadableEventException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableEventException(String message) {
    super(message);
  }
}
