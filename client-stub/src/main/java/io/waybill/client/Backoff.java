package io.waybill.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * A {@link RetryPolicy} at work, with its randomness and its waiting.
 *
 * @param policy the bounds
 * @param random numbers from 0 (included) to 1 (excluded)
 * @param sleeper does the waiting
 */
record Backoff(RetryPolicy policy, DoubleSupplier random, Sleeper sleeper) {

  /** Real waits and real randomness. */
  static Backoff of(RetryPolicy policy) {
    return new Backoff(
        policy,
        () -> ThreadLocalRandom.current().nextDouble(),
        delay -> Thread.sleep(delay.toMillis()));
  }

  /** Whether there is no attempt left after this many failures. */
  boolean exhausted(int failures) {
    return failures >= policy.maxAttempts();
  }

  /** How long to wait before the next try: at least the time the other side asked for. */
  Duration delay(int failures, Duration atLeast) {
    double jitter = random.getAsDouble() * policy.longestDelay(failures).toMillis();
    return atLeast.plusMillis((long) jitter);
  }

  /** Waits before the next try. */
  void pause(int failures) throws InterruptedException {
    sleeper.sleep(delay(failures, Duration.ZERO));
  }
}
