package io.waybill.server.upload;

import java.time.Duration;

/**
 * What watching may cost one server.
 *
 * @param interval between two looks at what is watched: so late a change is told at the most
 * @param most how many watch at once
 * @param mostPerTenant how many of one tenant
 * @param longest how long one watches before it has to call again; some end after three quarters of
 *     this, so that those who began together do not come again together
 */
public record WatchLimits(Duration interval, int most, int mostPerTenant, Duration longest) {
  /** 20,000 streams are about 45 MB: ManyWatchersIT counts 2.2 KB of heap for each. */
  public static final WatchLimits DEFAULT =
      new WatchLimits(Duration.ofMillis(500), 20_000, 10_000, Duration.ofMinutes(12));

  public WatchLimits {
    if (interval.compareTo(Duration.ZERO) <= 0 || longest.compareTo(Duration.ZERO) <= 0) {
      throw new IllegalArgumentException("durations are positive");
    }
    if (most < 1 || mostPerTenant < 1) {
      throw new IllegalArgumentException("somebody may watch");
    }
  }
}
