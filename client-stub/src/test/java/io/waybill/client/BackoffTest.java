package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final RetryPolicy POLICY =
      new RetryPolicy(100, Duration.ofMillis(100), Duration.ofSeconds(1));

  @Test
  void doublesTheJitterUpToItsBound() throws Exception {
    List<Duration> waits = new ArrayList<>();
    Backoff backoff = new Backoff(POLICY, () -> 0.999, waits::add);

    for (int failures : new int[] {1, 2, 4, 5, 99}) {
      backoff.pause(failures);
    }

    assertThat(waits).extracting(Duration::toMillis).containsExactly(99L, 199L, 799L, 999L, 999L);
  }

  @Test
  void waitsNoLessThanAsked() {
    Backoff backoff = new Backoff(POLICY, () -> 0, delay -> {});

    assertThat(backoff.delay(1, Duration.ofSeconds(9))).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void refusesAPolicyWithoutBounds() {
    assertThatIllegalArgumentException().isThrownBy(() -> POLICY.withMaxAttempts(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryPolicy(1, Duration.ZERO, Duration.ZERO));
  }
}
