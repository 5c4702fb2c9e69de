package io.waybill.server.bench;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much is measured.
 *
 * @param isLong the form whose figures count; the short one only shows that all of it works
 * @param fixtures a folder that outlives the run, for what takes long to build; each benchmark
 *     makes a folder of its name in it
 * @param scratch a folder that is empty at first and deleted after the run
 */
record Settings(boolean isLong, Path fixtures, Path scratch) {

  /** Of how many rounds of each variant the medians are taken. */
  int rounds() {
    return pick(9, 2);
  }

  /** How long one variant is measured in one round. */
  Duration slice() {
    return pick(Duration.ofSeconds(3), Duration.ofMillis(200));
  }

  /** How long each variant runs before anything counts. */
  Duration warmUp() {
    return pick(Duration.ofSeconds(15), Duration.ofMillis(300));
  }

  /** What differs between the two forms. */
  <T> T pick(T inLong, T inShort) {
    return isLong ? inLong : inShort;
  }
}
