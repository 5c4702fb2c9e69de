package io.waybill.server.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;

/**
 * Times between protobuf and Java.
 *
 * @see <a href="https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp">the ranges of
 *     Timestamp and Duration</a>
 */
final class ProtoTimes {
  private static final long MIN_SECONDS = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long MAX_SECONDS = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final long MAX_DURATION_SECONDS = 315_576_000_000L;
  private static final int MAX_NANOS = 999_999_999;

  private ProtoTimes() {}

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Duration duration(java.time.Duration duration) {
    return Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** Empty where it is no valid Timestamp. */
  static Optional<Instant> instant(Timestamp time) {
    boolean valid =
        time.getSeconds() >= MIN_SECONDS
            && time.getSeconds() <= MAX_SECONDS
            && time.getNanos() >= 0
            && time.getNanos() <= MAX_NANOS;
    return valid
        ? Optional.of(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()))
        : Optional.empty();
  }

  /** Empty where it is no valid Duration. */
  static Optional<java.time.Duration> duration(Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    boolean valid =
        Math.abs(seconds) <= MAX_DURATION_SECONDS
            && seconds != Long.MIN_VALUE
            && nanos >= -MAX_NANOS
            && nanos <= MAX_NANOS
            && !(seconds < 0 && nanos > 0)
            && !(seconds > 0 && nanos < 0);
    return valid ? Optional.of(java.time.Duration.ofSeconds(seconds, nanos)) : Optional.empty();
  }
}
