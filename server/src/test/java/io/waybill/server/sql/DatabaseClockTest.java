package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.ops.HeardLog;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On a machine whose time passes when the test says so. */
class DatabaseClockTest {
  @RegisterExtension final HeardLog heard = HeardLog.of(DatabaseClock.class);
  private Instant now = T0;
  private Duration skew = Duration.ofSeconds(5);
  private final Deque<Duration> roundTrips = new ArrayDeque<>();
  private final InstantSource local = () -> now;

  @Test
  void tellsTheDatabasesTimeWhateverThisMachinesIs() {
    skew = Duration.ofSeconds(-90);
    try (DatabaseClock clock = clock(this::answer)) {
      assertThat(clock.instant()).isEqualTo(T0);

      clock.measure();
      assertThat(clock.instant()).isEqualTo(T0.minusSeconds(90));

      now = T0.plusSeconds(10);
      assertThat(clock.instant()).isEqualTo(T0.minusSeconds(80));
      assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    }
  }

  @Test
  void hasEveryZone() {
    ZoneId zone = ZoneId.of("Europe/Zurich");
    try (DatabaseClock clock = clock(this::answer)) {
      clock.measure();
      Clock there = clock.withZone(zone);
      assertThat(there.getZone()).isEqualTo(zone);
      assertThat(there.instant()).isEqualTo(clock.instant());
      assertThat(clock.withZone(ZoneOffset.UTC)).isSameAs(clock);
    }
  }

  /** The answer is of the middle of its round trip, or so one has to believe. */
  @Test
  void halfOfTheRoundTripIsTakenOff() {
    takes(40, 40, 40);
    try (DatabaseClock clock = clock(this::answer)) {
      clock.measure();
      assertThat(clock.instant()).isEqualTo(now.plusSeconds(5));
    }
  }

  @Test
  void theAnswerThatWasLeastUnderWayCounts() {
    takes(60, 2, 90);
    try (DatabaseClock clock = clock(this::answerOfTheEnd)) {
      clock.measure();
      assertThat(clock.instant()).isEqualTo(now.plusSeconds(5).plusMillis(1));
    }
  }

  @Test
  void nobodysWaitForAConnectionCounts() {
    try (DatabaseClock clock =
        new DatabaseClock(
            local,
            this::nanos,
            talk -> {
              now = now.plusSeconds(7);
              talk.accept(this::answerOfTheEnd);
            })) {
      clock.measure();
      assertThat(clock.instant()).isEqualTo(now.plusSeconds(5));
    }
  }

  @Test
  void answersThatWereAllLongUnderWayLeaveWhatIsKnown() {
    takes(1_500, 1_400, 1_600, 1_001, 5_000, 2_000, 3_000, 1_000, 4_000);
    try (DatabaseClock clock = clock(this::answerOfTheEnd)) {
      clock.measure();
      assertThat(clock.instant()).as("better than nothing").isEqualTo(now.plusMillis(5_700));
      clock.measure();
      assertThat(clock.instant()).as("known better").isEqualTo(now.plusMillis(5_700));
      clock.measure();
      assertThat(clock.instant()).isEqualTo(now.plusMillis(5_500));
    }
  }

  @Test
  void aFailedMeasurementLeavesTheLastOne() {
    Deque<Instant> answers =
        new ArrayDeque<>(List.of(T0.plusSeconds(7), T0.plusSeconds(7), T0.plusSeconds(7)));
    try (DatabaseClock clock = clock(answers::removeFirst)) {
      clock.measure();
      assertThatThrownBy(clock::measure).isInstanceOf(RuntimeException.class);
      assertThat(clock.instant()).isEqualTo(T0.plusSeconds(7));
    }
  }

  @Test
  void warnsWheneverTheClocksPartNotAsLongAsTheyAreApart() {
    try (DatabaseClock clock = clock(this::answer)) {
      clock.measure();
      assertThat(heard.lines()).isEmpty();
      for (long seconds : List.of(6L, 7L, -60L, 1L, -6L)) {
        skew = Duration.ofSeconds(seconds);
        clock.measure();
      }
      assertThat(heard.lines()).hasSize(2).allMatch(line -> line.startsWith("WARNING "));
    }
  }

  private DatabaseClock clock(Supplier<Instant> answer) {
    return new DatabaseClock(local, this::nanos, talk -> talk.accept(answer));
  }

  private void takes(long... millis) {
    for (long one : millis) {
      roundTrips.add(Duration.ofMillis(one));
    }
  }

  private Duration nextRoundTrip() {
    return roundTrips.isEmpty() ? Duration.ZERO : roundTrips.removeFirst();
  }

  /** Given in the middle of its round trip. */
  private Instant answer() {
    Duration half = nextRoundTrip().dividedBy(2);
    now = now.plus(half);
    Instant answer = now.plus(skew);
    now = now.plus(half);
    return answer;
  }

  /** Of which the question alone took time, so that it is taken for older than it is. */
  private Instant answerOfTheEnd() {
    now = now.plus(nextRoundTrip());
    return now.plus(skew);
  }

  private long nanos() {
    return Duration.between(T0, now).toNanos();
  }
}
