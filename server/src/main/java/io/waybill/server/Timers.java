package io.waybill.server;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Work that nobody waits for, at its time. One that fails is told in the log, and not the last. */
final class Timers {
  private static final System.Logger LOG = System.getLogger(Timers.class.getName());

  private Timers() {}

  /** So long after it ended it begins again. */
  static void every(ScheduledExecutorService timer, Duration interval, Runnable work) {
    var unused =
        timer.scheduleWithFixedDelay(
            guarded(work), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  static void after(ScheduledExecutorService timer, Duration delay, Runnable work) {
    var unused = timer.schedule(guarded(work), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, Thread.currentThread().getName() + ": cut short", e);
      }
    };
  }
}
