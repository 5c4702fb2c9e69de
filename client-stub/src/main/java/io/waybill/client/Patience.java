package io.waybill.client;

import java.time.Duration;

/**
 * How long the connections to S3 may stay silent.
 *
 * @param stall how long a connection may take no byte
 * @param replyWait how long the answer may take after the last one, beside what the size asks for
 */
record Patience(Duration stall, Duration replyWait) {

  /** Until the answer after the last byte, which the kernel may still have to send. */
  private static final Duration REPLY_WAIT = Duration.ofMinutes(2);

  /** Some stores hash a part, or copy it, between its last byte and their answer. */
  private static final long STORED_BYTES_PER_SECOND = 16 << 20;

  /** With the usual wait for an answer. */
  static Patience withStall(Duration stall) {
    return new Patience(stall, REPLY_WAIT);
  }

  /** Begins to watch a PUT of so many bytes. */
  Silence begin(long sizeBytes) {
    Duration reply = replyWait.plusSeconds(sizeBytes / STORED_BYTES_PER_SECOND);
    return new Silence(sizeBytes, stall, reply, System::nanoTime);
  }
}
