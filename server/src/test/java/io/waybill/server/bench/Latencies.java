package io.waybill.server.bench;

/** Counts times in steps of at most 1.6 %, so that no percentile needs all of them kept. */
final class Latencies {
  private static final int STEP_BITS = 6;
  private static final int STEPS = 1 << STEP_BITS;

  private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];
  private long total;

  void add(long nanos) {
    counts[index(Math.max(nanos, 0))]++;
    total++;
  }

  void addAll(Latencies other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    total += other.total;
  }

  long count() {
    return total;
  }

  /** The time in nanoseconds that this share of all did not exceed. */
  long percentile(double share) {
    long wanted = (long) Math.ceil(total * share);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted && seen > 0) {
        return highest(i);
      }
    }
    throw new AssertionError("nothing was timed");
  }

  private static int index(long nanos) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(nanos) - STEP_BITS);
    return shift * STEPS + (int) (nanos >>> shift);
  }

  private static long highest(int index) {
    int shift = index / STEPS;
    return (((index % STEPS) + 1L) << shift) - 1;
  }
}
