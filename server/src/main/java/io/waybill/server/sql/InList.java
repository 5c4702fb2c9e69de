package io.waybill.server.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The values of an {@code IN (…)}. */
final class InList {
  /** How many values one statement takes; SQLite's own limit is 32,766. */
  static final int MOST = 4_096;

  private InList() {}

  /**
   * The same values, the last one repeated up to a power of two. Every length is a statement of its
   * own, which Jdbi parses and keeps: so there are fifteen of them and not ten thousand.
   */
  static List<Long> padded(Collection<Long> values) {
    List<Long> padded = new ArrayList<>(values);
    Long last = padded.get(padded.size() - 1);
    int length = Math.max(1, Integer.highestOneBit(padded.size() - 1) << 1);
    while (padded.size() < length) {
      padded.add(last);
    }
    return padded;
  }
}
