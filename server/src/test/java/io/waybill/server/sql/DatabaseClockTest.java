package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {
  private volatile Instant now = T0;
  private final InstantSource local = () -> now;

  @Test
  void tellsTheDatabasesTimeWhateverThisMachinesIs() {
    try (DatabaseClock clock = new DatabaseClock(local, () -> now.plusSeconds(-90))) {
      assertThat(clock.instant()).isEqualTo(T0);

      clock.measure();
      assertNear(clock.instant(), T0.minusSeconds(90));

      now = T0.plusSeconds(10);
      assertNear(clock.instant(), T0.minusSeconds(80));
      assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    }
  }

  /** The answers are of the moment when they are given; one of them was long under way. */
  @Test
  void theAnswerThatWasLeastUnderWayCounts() {
    Deque<Duration> journeys =
        new ArrayDeque<>(List.of(Duration.ofMillis(60), Duration.ZERO, Duration.ofMillis(90)));
    try (DatabaseClock clock =
        new DatabaseClock(
            local,
            () -> {
              Duration journey = journeys.removeFirst();
              awaitNanos(journey.toNanos());
              return now.plusSeconds(5).plus(journey.multipliedBy(10));
            })) {
      clock.measure();
      assertNear(clock.instant(), T0.plusSeconds(5));
    }
  }

  @Test
  void halfOfTheRoundTripIsTakenOff() {
    try (DatabaseClock clock =
        new DatabaseClock(
            local,
            () -> {
              awaitNanos(Duration.ofMillis(40).toNanos());
              return now;
            })) {
      clock.measure();
      assertThat(Duration.between(clock.instant(), T0)).isGreaterThan(Duration.ofMillis(20));
    }
  }

  @Test
  void aFailedMeasurementLeavesTheLastOne() {
    Deque<Instant> answers =
        new ArrayDeque<>(List.of(T0.plusSeconds(7), T0.plusSeconds(7), T0.plusSeconds(7)));
    try (DatabaseClock clock = new DatabaseClock(local, answers::removeFirst)) {
      clock.measure();
      assertThatThrownBy(clock::measure).isInstanceOf(RuntimeException.class);
      assertNear(clock.instant(), T0.plusSeconds(7));
    }
  }

  private static void awaitNanos(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      LockSupport.parkNanos(end - System.nanoTime());
    }
  }

  private static void assertNear(Instant actual, Instant expected) {
    assertThat(Duration.between(actual, expected).abs()).isLessThan(Duration.ofMillis(50));
  }
}
