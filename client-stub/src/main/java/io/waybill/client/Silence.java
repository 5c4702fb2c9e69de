package io.waybill.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How long a PUT may stay silent: a time that begins anew with every byte that the connection
 * takes, and another one for the answer after the last of them. Slow is not silent, so no speed is
 * too low.
 */
final class Silence {

  private final Duration stall;
  private final Duration reply;
  private final LongSupplier nanoTime;
  private final AtomicLong untakenBytes;
  private volatile long endNanos;

  /**
   * Begins now.
   *
   * @param sizeBytes how many bytes the connection has to take
   * @param stall how long it may take none of them
   * @param reply how long the answer may take after the last one
   */
  Silence(long sizeBytes, Duration stall, Duration reply, LongSupplier nanoTime) {
    this.stall = stall;
    this.reply = reply;
    this.nanoTime = nanoTime;
    this.untakenBytes = new AtomicLong(sizeBytes);
    taken(0);
  }

  /** The connection took so many bytes. */
  void taken(long bytes) {
    Duration allowed = untakenBytes.addAndGet(-bytes) > 0 ? stall : reply;
    endNanos = nanoTime.getAsLong() + allowed.toNanos();
  }

  /** How long it may last from now on, unless bytes are taken; nothing or less when it is over. */
  long leftNanos() {
    return endNanos - nanoTime.getAsLong();
  }

  /** What lasted too long, in words. */
  String complaint() {
    return untakenBytes.get() > 0
        ? "no byte was taken for " + stall.toSeconds() + " s"
        : "no answer for " + reply.toSeconds() + " s after the last byte";
  }
}
