package io.waybill.server;

import io.waybill.server.ops.Causes;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
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
        told(Thread.currentThread().getName() + ": cut short", e);
      }
    };
  }

  /** What was foreseen needs no stack: a database that is down is met again and again. */
  private static void told(String what, Throwable failure) {
    if (failure instanceof UploadException e && e.reason() != Reason.INTERNAL) {
      LOG.log(Level.WARNING, what + ": " + Causes.line(failure));
    } else {
      LOG.log(Level.WARNING, what, failure);
    }
  }
}
