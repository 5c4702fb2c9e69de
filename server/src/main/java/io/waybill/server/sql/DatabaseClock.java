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
import java.util.function.Supplier;
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

  /** By so much the ends of URLs differ from what S3 makes of them, if its clock is right. */
  private static final Duration WORTH_A_WARNING = Duration.ofSeconds(5);

  private final InstantSource local;
  private final Supplier<Instant> database;
  private final ScheduledThreadPoolExecutor timer;
  private volatile Duration ahead = Duration.ZERO;

  DatabaseClock(InstantSource local, Supplier<Instant> database) {
    this.local = local;
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
    DatabaseClock clock = new DatabaseClock(local, () -> now(readers));
    clock.measure();
    if (clock.ahead.abs().compareTo(WORTH_A_WARNING) > 0) {
      LOG.log(
          Level.WARNING,
          "the database''s clock is {0} s ahead of this machine''s; leases follow the database''s",
          clock.ahead.toSeconds());
    }
    long millis = EVERY.toMillis();
    var unused =
        clock.timer.scheduleWithFixedDelay(
            clock::measureIfItAnswers, millis, millis, TimeUnit.MILLISECONDS);
    return clock;
  }

  private static Instant now(Jdbi readers) {
    long micros =
        readers.withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")
                    .mapTo(Long.class)
                    .one());
    return Instant.EPOCH.plusNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  /** Asks a few times, and takes the answer that was the least under way. */
  void measure() {
    Duration shortest = Duration.ofNanos(Long.MAX_VALUE);
    Duration measured = ahead;
    for (int i = 0; i < QUESTIONS; i++) {
      long began = System.nanoTime();
      Instant before = local.instant();
      Instant answer = database.get();
      Duration underWay = Duration.ofNanos(System.nanoTime() - began);
      if (underWay.compareTo(shortest) < 0) {
        shortest = underWay;
        measured = Duration.between(before.plus(underWay.dividedBy(2)), answer);
      }
    }
    ahead = measured;
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
    return getZone().equals(zone) ? this : ((InstantSource) this).withZone(zone);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
