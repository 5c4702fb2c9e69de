package io.waybill.server.grpc;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps this JVM to a share of one core, by pausing whoever asks between two steps of his work.
 *
 * <p>By the JVM's own clocks, since nothing else bounds a process everywhere: cgroups and real-time
 * limits need privileges, a nice value bounds nothing on an idle core, and stopping a process from
 * outside works in far coarser steps than a call takes.
 */
final class CpuShare {
  /** Of a whole machine, where nobody is to be paused. */
  static final CpuShare UNBOUNDED = new CpuShare(Double.POSITIVE_INFINITY);

  private static final long LOOK_NANOS = 500_000;

  /** What was not used may be made up for, but not at once. */
  private static final long MAX_SAVED_NANOS = 2_000_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final double share;
  private long lookedAtNanos;
  private long threadsNanos;
  private long usedNanos;
  private double leftNanos;

  /**
   * @param share 0.25 is a quarter of one core
   */
  CpuShare(double share) {
    this.share = share;
    this.lookedAtNanos = System.nanoTime();
    this.usedNanos = process.getProcessCpuTime();
    this.threadsNanos = threadsNanos();
  }

  /** Returns when there is CPU left to use. */
  synchronized void keep() {
    long now = System.nanoTime();
    if (share == Double.POSITIVE_INFINITY || now - lookedAtNanos < LOOK_NANOS) {
      return;
    }
    leftNanos =
        Math.min(MAX_SAVED_NANOS, leftNanos + (now - lookedAtNanos) * share) - usedSinceLastLook();
    lookedAtNanos = now;
    if (leftNanos < 0) {
      LockSupport.parkNanos((long) (-leftNanos / share));
    }
  }

  /**
   * The threads' clocks are fine, the process's knows the JVM's own threads and those that ended.
   */
  private long usedSinceLastLook() {
    long before = usedNanos;
    long now = threadsNanos();
    usedNanos = Math.max(before + Math.max(0, now - threadsNanos), process.getProcessCpuTime());
    threadsNanos = now;
    return usedNanos - before;
  }

  private long threadsNanos() {
    return Arrays.stream(threads.getThreadCpuTime(threads.getAllThreadIds()))
        .filter(nanos -> nanos > 0)
        .sum();
  }
}
