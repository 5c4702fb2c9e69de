package io.waybill.client;

import io.waybill.v1.PartRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Part numbers as runs, the way the contract gives them. */
final class PartSet {

  private PartSet() {}

  /** The runs of those numbers from 1 to {@code partCount} that are in. */
  static List<PartRange> of(int partCount, IntPredicate in) {
    List<PartRange> runs = new ArrayList<>();
    for (int first = 1; first <= partCount; first++) {
      if (!in.test(first)) {
        continue;
      }
      int last = first;
      while (last < partCount && in.test(last + 1)) {
        last++;
      }
      runs.add(PartRange.newBuilder().setFirstPart(first).setLastPart(last).build());
      first = last;
    }
    return runs;
  }
}
