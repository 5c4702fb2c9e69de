package io.waybill.server.upload;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Sets of part numbers as runs, so that ten thousand missing parts are one line. */
public final class PartRanges {

  /** A run of part numbers, both ends included. */
  public record Range(int first, int last) {
    @Override
    public String toString() {
      return first == last ? String.valueOf(first) : first + "-" + last;
    }
  }

  private PartRanges() {}

  /**
   * The runs of parts 1 to {@code partCount} that are not set.
   *
   * @param most how many runs at the most; what comes after is cut off
   */
  public static List<Range> missing(BitSet present, int partCount, int most) {
    List<Range> runs = new ArrayList<>();
    int first = present.nextClearBit(1);
    while (first <= partCount && runs.size() < most) {
      int next = present.nextSetBit(first);
      int last = next < 0 ? partCount : Math.min(next - 1, partCount);
      runs.add(new Range(first, last));
      first = present.nextClearBit(last + 1);
    }
    return List.copyOf(runs);
  }

  /** The runs of the parts that are set. */
  public static List<Range> of(BitSet parts, int most) {
    BitSet others = (BitSet) parts.clone();
    int length = Math.max(parts.length(), 1);
    others.flip(0, length);
    return missing(others, length - 1, most);
  }

  /** Runs in words, as in {@code 1-4,7}. */
  public static String text(List<Range> runs) {
    return String.join(",", runs.stream().map(Range::toString).toList());
  }
}
