package io.waybill.server;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as people write them. */
final class Units {
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,18}) ?([A-Za-z]*)");
  private static final Map<String, Long> BYTES =
      Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40);
  private static final Map<String, Long> SECONDS =
      Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);

  private static final Map<String, Long> MILLIS = Map.of("ms", 1L, "s", 1_000L, "m", 60_000L);

  private Units() {}

  static long parseCount(String text) {
    return parse(text, Map.of("", 1L), "a whole number");
  }

  static long parseBytes(String text) {
    return parse(text, BYTES, "a size such as 8MiB (B, KiB, MiB, GiB, TiB)");
  }

  static Duration parseDuration(String text) {
    return Duration.ofSeconds(parse(text, SECONDS, "a duration such as 15m (s, m, h, d)"));
  }

  /** To the millisecond, for what is not as long as others. */
  static Duration parseMoment(String text) {
    return Duration.ofMillis(parse(text, MILLIS, "a duration such as 500ms (ms, s, m)"));
  }

  private static long parse(String text, Map<String, Long> units, String allowed) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(allowed + ", not " + text);
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(allowed + ", not " + text, e);
    }
  }
}
