package io.waybill.server.upload;

import java.time.Duration;

/**
 * How much of something a tenant may do in a while: a bucket that holds a burst, and is filled
 * again so much a second.
 *
 * @param perSecond 1 to 1,000,000; {@link #NO_LIMIT} for any
 * @param burst 1 to 1,000,000; the same where there is no limit
 */
public record Rate(long perSecond, long burst) {
  public static final long NO_LIMIT = Long.MAX_VALUE;
  public static final long MOST = 1_000_000;
  public static final Rate UNLIMITED = new Rate(NO_LIMIT, NO_LIMIT);

  private static final long NANOS = Duration.ofSeconds(1).toNanos();

  public Rate {
    boolean unlimited = perSecond == NO_LIMIT && burst == NO_LIMIT;
    if (!unlimited && (perSecond < 1 || perSecond > MOST || burst < 1 || burst > MOST)) {
      throw new IllegalArgumentException("a rate and its burst are 1 to " + MOST);
    }
  }

  public boolean isUnlimited() {
    return perSecond == NO_LIMIT;
  }

  /** In how many nanoseconds so many flow in, rounded up. */
  long nanosFor(long tokens) {
    return (tokens * NANOS + perSecond - 1) / perSecond;
  }
}
