package io.waybill.server.auth;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread that looks after files and keys, so that no call has to. */
public final class Background implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Background.class.getName());

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread made = new Thread(work, "waybill-auth");
            made.setDaemon(true);
            return made;
          });

  /** Runs the work again and again, beginning after the first interval. */
  @SuppressWarnings("FutureReturnValueIgnored") // it ends with the thread
  public void every(Duration interval, Runnable work) {
    thread.scheduleWithFixedDelay(
        guarded(work), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs the work once. */
  @SuppressWarnings("FutureReturnValueIgnored")
  void after(Duration delay, Runnable work) {
    try {
      thread.schedule(guarded(work), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // It is closed: the server stops, and nobody will need what this would bring.
    }
  }

  /** What fails once has to be tried again. */
  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        LOG.log(Level.ERROR, "looking after keys and certificates", e);
      }
    };
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
