package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One attacker, from his first byte until he was cut off or refused. */
@FunctionalInterface
interface Attack {
  /** How many calls of the good client make a figure. */
  int CALLS = 300;

  /** So long as on a network, an attacker who was cut off needs to be back. */
  Duration PAUSE = Duration.ofMillis(20);

  /** Returns once he was, or fails. */
  void once() throws IOException;

  /**
   * Attacks, with somebody else beside, whose every call has to succeed. Prints what became of his
   * p99; it is judged under {@code -Pchaos} alone ({@code -Dwaybill.chaos.attack.rounds=N}), by the
   * median of the rounds, since it depends on how busy the machine is.
   */
  static void beside(GoodClient good, String name, Attack attack) {
    int rounds = Integer.getInteger("waybill.chaos.attack.rounds", 0);
    double[] ratios = new double[Math.max(1, rounds)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = round(good, attack, rounds > 0 ? Duration.ofSeconds(2) : Duration.ZERO);
    }
    Arrays.sort(ratios);
    double median = ratios[ratios.length / 2];
    System.out.printf("attack %s p99_ratio=%.2f%n", name, median);
    if (rounds > 0) {
      assertThat(median).as("the good client's p99 beside " + name).isLessThanOrEqualTo(2);
    }
  }

  private static double round(GoodClient good, Attack attack, Duration least) {
    double quiet = GoodClient.p99Millis(good.call(CALLS, after(least)));
    CountDownLatch stop = new CountDownLatch(1);
    CompletableFuture<Integer> attacker =
        CompletableFuture.supplyAsync(() -> attack.untilStopped(stop));
    BooleanSupplier longEnough = after(least);
    double attacked =
        GoodClient.p99Millis(
            good.call(
                CALLS,
                () -> {
                  if (longEnough.getAsBoolean()) {
                    stop.countDown();
                  }
                  return attacker.isDone();
                }));
    assertThat(attacker.join()).as("how often he was cut off").isPositive();
    return attacked / quiet;
  }

  private int untilStopped(CountDownLatch stop) {
    try {
      int times = 0;
      do {
        once();
        times++;
      } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
      return times;
    } catch (IOException | InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  private static BooleanSupplier after(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    return () -> System.nanoTime() - end >= 0;
  }
}
