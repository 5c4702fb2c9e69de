package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;

class ClockSkewTest {
  private final MutableClock clock = new MutableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final ClockSkew skew = new ClockSkew(clock);

  @Test
  void warnsOfAClockThatIsWrongInEitherDirection() {
    assertThat(skew.observe(s3Says(Duration.ofMinutes(-5)))).contains(Duration.ofMinutes(5));
    clock.advance(ClockSkew.SILENCE);
    assertThat(skew.observe(s3Says(Duration.ofMinutes(5)))).contains(Duration.ofMinutes(-5));
  }

  @Test
  void aSlowAnswerIsNoSkew() {
    assertThat(skew.observe(s3Says(Duration.ofSeconds(-45)))).isEmpty();
    assertThat(skew.observe(s3Says(Duration.ZERO))).isEmpty();
  }

  @Test
  void saysItOnceInAWhile() {
    assertThat(skew.observe(s3Says(Duration.ofHours(1)))).isPresent();
    assertThat(skew.observe(s3Says(Duration.ofHours(1)))).isEmpty();
    clock.advance(ClockSkew.SILENCE);
    assertThat(skew.observe(s3Says(Duration.ofHours(1)))).isPresent();
  }

  @Test
  void passesOverADateThatIsNone() {
    assertThat(skew.observe("yesterday")).isEmpty();
    assertThat(skew.observe("")).isEmpty();
  }

  private String s3Says(Duration ahead) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(
        clock.instant().plus(ahead).atZone(ZoneOffset.UTC));
  }
}
