package io.waybill.server.s3;

import java.lang.System.Logger.Level;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Compares our clock with the Date of S3's answers, and warns (PROTOCOL row 8): by a clock that is
 * wrong, URLs end too soon, or are refused from the start. S3 itself takes up to 15 minutes.
 */
final class ClockSkew implements ExecutionInterceptor {
  private static final System.Logger LOG = System.getLogger(ClockSkew.class.getName());

  /** What is worth a warning: well above a slow answer, well below what S3 refuses. */
  static final Duration TOLERATED = Duration.ofSeconds(60);

  /** At most one warning in this time. */
  static final Duration SILENCE = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final AtomicLong quietUntilMillis = new AtomicLong(Long.MIN_VALUE);

  ClockSkew(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
    context.httpResponse().firstMatchingHeader("Date").ifPresent(this::observe);
  }

  /**
   * Looks at one answer, and warns unless it has done so lately.
   *
   * @param date as HTTP has it (RFC 9110); what cannot be read is passed over
   * @return by how much our clock is ahead, where that is a warning's worth; negative if behind
   */
  Optional<Duration> observe(String date) {
    Instant now = clock.instant();
    Duration ahead;
    try {
      ahead =
          Duration.between(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from), now);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
    if (ahead.abs().compareTo(TOLERATED) <= 0) {
      return Optional.empty();
    }
    long quietUntil = quietUntilMillis.get();
    if (now.toEpochMilli() < quietUntil
        || !quietUntilMillis.compareAndSet(quietUntil, now.plus(SILENCE).toEpochMilli())) {
      return Optional.empty();
    }
    LOG.log(
        Level.WARNING,
        "the clock here is {0} s {1} that of S3: signed URLs live shorter, or are refused",
        ahead.abs().toSeconds(),
        ahead.isNegative() ? "behind" : "ahead of");
    return Optional.of(ahead);
  }
}
