package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SilenceTest {

  private static final Duration STALL = Duration.ofSeconds(60);
  private static final Duration REPLY = Duration.ofMinutes(2);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);

  private Silence silence(long sizeBytes) {
    return new Silence(sizeBytes, STALL, REPLY, nanos::get);
  }

  private void pass(long seconds) {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  private static long leftSeconds(Silence silence) {
    return TimeUnit.NANOSECONDS.toSeconds(silence.leftNanos());
  }

  @Test
  void isOverWhenNoByteWasTaken() {
    Silence silence = silence(1_000);

    pass(60);

    assertThat(silence.leftNanos()).isZero();
    assertThat(silence.complaint()).isEqualTo("no byte was taken for 60 s");
  }

  @Test
  void neverEndsAConnectionThatIsOnlySlow() {
    Silence silence = silence(1_000);
    for (int i = 0; i < 999; i++) {
      pass(59);
      assertThat(leftSeconds(silence)).isEqualTo(1);
      silence.taken(1);
      assertThat(leftSeconds(silence)).isEqualTo(60);
    }
  }

  @Test
  void givesTheAnswerATimeOfItsOwn() {
    Silence silence = silence(1_000);

    silence.taken(1_000);
    assertThat(leftSeconds(silence)).isEqualTo(120);
    pass(121);

    assertThat(silence.leftNanos()).isNegative();
    assertThat(silence.complaint()).isEqualTo("no answer for 120 s after the last byte");
  }

  @Test
  void waitsForNothingButTheAnswerWhereThereAreNoBytes() {
    assertThat(leftSeconds(silence(0))).isEqualTo(120);
  }
}
