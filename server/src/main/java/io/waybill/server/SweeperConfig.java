package io.waybill.server;

import io.waybill.server.upload.Timing;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done without being asked for, and when.
 *
 * @param interval how often the sweeper looks around
 * @param orphanInterval how often S3 is searched for uploads without a session
 * @param orphanAge how old such an upload has to be before it is aborted
 * @param putGrace how long a PUT that began before its URL's end may go on
 * @param retention how long a session is kept after its last change; null for ever
 */
public record SweeperConfig(
    Duration interval,
    Duration orphanInterval,
    Duration orphanAge,
    Duration putGrace,
    @Nullable Duration retention) {

  /** Where callers repeat a start, it has to be remembered. */
  private static final Duration LEAST_RETENTION = Duration.ofHours(1);

  private static final Duration RETENTION = Duration.ofDays(90);

  static SweeperConfig read(ConfigSection section, List<DestinationConfig> destinations) {
    SweeperConfig read =
        new SweeperConfig(
            interval(section, "interval", Duration.ofSeconds(30)),
            interval(section, "orphan_interval", Duration.ofHours(1)),
            section.duration("orphan_age", Timing.DEFAULT.orphanAge()),
            section.duration("put_grace", Timing.DEFAULT.putGrace()),
            retention(section));
    for (DestinationConfig destination : destinations) {
      Duration maxAge = destination.policy().sessionMaxAge();
      if (read.orphanAge.compareTo(maxAge) <= 0) {
        section.problem(
            "orphan_age",
            "longer than every session_max_age; that of %s is %s"
                .formatted(destination.policy().name(), maxAge));
      }
    }
    section.refuseUnknownKeys();
    return read;
  }

  private static Duration interval(ConfigSection section, String key, Duration otherwise) {
    Duration interval = section.duration(key, otherwise);
    if (interval.isZero()) {
      section.problem(key, "1s or more");
    }
    return interval;
  }

  private static @Nullable Duration retention(ConfigSection section) {
    long seconds =
        section.limit(
            "retention", RETENTION.toSeconds(), text -> Units.parseDuration(text).toSeconds());
    if (seconds < LEAST_RETENTION.toSeconds()) {
      section.problem("retention", "1h or more");
    }
    return seconds == Long.MAX_VALUE ? null : Duration.ofSeconds(seconds);
  }
}
