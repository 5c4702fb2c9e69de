package io.waybill.client;

import java.time.Duration;

/**
 * How often and how patiently something is tried again: exponential backoff with full jitter, so
 * the wait before try {@code n + 1} is a random time between nothing and {@code firstDelay *
 * 2^(n-1)}, never more than {@code maxDelay}.
 *
 * @param maxAttempts how often in all, the first try included, 1 to 100
 * @param firstDelay the longest wait before the second try, more than nothing
 * @param maxDelay the longest wait before any try, at least {@code firstDelay}
 */
public record RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay) {

  /** Checks the bounds. */
  public RetryPolicy {
    if (maxAttempts < 1 || maxAttempts > 100) {
      throw new IllegalArgumentException("maxAttempts must be 1 to 100, not " + maxAttempts);
    }
    if (firstDelay.isNegative() || firstDelay.isZero() || maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException("need 0 < firstDelay <= maxDelay");
    }
  }

  /** 8 attempts, waits of up to 200 ms, 400 ms, … 12.8 s: about 25 seconds at most. */
  public static RetryPolicy defaults() {
    return new RetryPolicy(8, Duration.ofMillis(200), Duration.ofSeconds(20));
  }

  /** This policy with another number of attempts, 1 to 100. */
  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(attempts, firstDelay, maxDelay);
  }

  /** The longest wait after the given number of failures (1 or more) in a row. */
  Duration longestDelay(int failures) {
    long doubled = firstDelay.toMillis() << Math.min(failures - 1, 20);
    return doubled >= maxDelay.toMillis() ? maxDelay : Duration.ofMillis(doubled);
  }
}
