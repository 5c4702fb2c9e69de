package io.waybill.server.sql;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The time of the database that replicas share (PROTOCOL rule 4): this machine's time and how far
 * the database's is ahead of it, which is measured now and then. So two replicas differ by what two
 * measurements do, half a round trip each, whatever their own clocks say; and a correction moves
 * the time by no more than that and what the clocks drifted since the last one.
 */
final class DatabaseClock extends Clock implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(DatabaseClock.class.getName());

  /** Clocks drift by less than a millisecond in this time; one that is set is noticed after it. */
  private static final Duration EVERY = Duration.ofSeconds(30);

  /** The one with the shortest round trip counts. */
  private static final int QUESTIONS = 3;

  /** Half of that is how wrong an answer may be; what was known before is better then. */
  private static final Duration LONGEST_ROUND_TRIP = Duration.ofSeconds(1);

  /** By so much the ends of URLs differ from what S3 makes of them, if its clock is right. */
  private static final Duration WORTH_A_WARNING = Duration.ofSeconds(5);

  /** Where the database can be asked for its time: nobody waits for a connection while he asks. */
  @FunctionalInterface
  interface Line {
    void open(Consumer<Supplier<Instant>> talk);
  }

  private final InstantSource local;
  private final LongSupplier nanos;
  private final Line database;
  private final ScheduledThreadPoolExecutor timer;
  private volatile Duration ahead = Duration.ZERO;
  private boolean known; // of whoever measures, one at a time, as the next
  private boolean skewed;

  /**
   * Measures nothing yet.
   *
   * @param nanos counts nanoseconds from anywhere, as {@link System#nanoTime} does
   */
  DatabaseClock(InstantSource local, LongSupplier nanos, Line database) {
    this.local = local;
    this.nanos = nanos;
    this.database = database;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "waybill-database-clock");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Measures at once, and again and again. */
  static DatabaseClock start(InstantSource local, Jdbi readers) {
    DatabaseClock clock =
        new DatabaseClock(
            local,
            System::nanoTime,
            talk -> readers.useHandle(handle -> talk.accept(() -> now(handle))));
    clock.measure();
    long millis = EVERY.toMillis();
    var unused =
        clock.timer.scheduleWithFixedDelay(
            clock::measureIfItAnswers, millis, millis, TimeUnit.MILLISECONDS);
    return clock;
  }

  private static Instant now(Handle handle) {
    long micros =
        handle
            .createQuery("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
            .mapTo(Long.class)
            .one();
    return Instant.EPOCH.plusNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  void measure() {
    database.open(this::measure);
  }

  /**
   * Asks a few times, and takes the answer that was the least under way, unless all were for too
   * long. The first measurement takes what it gets.
   */
  private void measure(Supplier<Instant> question) {
    Duration shortest = Duration.ofNanos(Long.MAX_VALUE);
    Duration measured = ahead;
    for (int i = 0; i < QUESTIONS; i++) {
      long began = nanos.getAsLong();
      Instant before = local.instant();
      Instant answer = question.get();
      Duration underWay = Duration.ofNanos(nanos.getAsLong() - began);
      if (underWay.compareTo(shortest) < 0) {
        shortest = underWay;
        measured = Duration.between(before.plus(underWay.dividedBy(2)), answer);
      }
    }
    if (!known || shortest.compareTo(LONGEST_ROUND_TRIP) <= 0) {
      ahead = measured;
      known = true;
      warnOnceSkewed();
    }
  }

  /** Also where somebody sets a clock while the server runs. */
  private void warnOnceSkewed() {
    boolean skewedBefore = skewed;
    skewed = ahead.abs().compareTo(WORTH_A_WARNING) > 0;
    if (skewed && !skewedBefore) {
      LOG.log(
          Level.WARNING,
          "the database''s clock is {0} s ahead of this machine''s; leases follow the database''s",
          ahead.toSeconds());
    }
  }

  /** While it does not answer, what was measured last holds; the next time may do better. */
  private void measureIfItAnswers() {
    try {
      measure();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "the database does not tell the time", e);
    }
  }

  @Override
  public Instant instant() {
    return local.instant().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    InstantSource same = () -> instant(); // whose withZone is not this one
    return getZone().equals(zone) ? this : same.withZone(zone);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
