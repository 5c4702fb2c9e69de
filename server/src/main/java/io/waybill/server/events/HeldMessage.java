package io.waybill.server.events;

import io.waybill.server.ops.SparseLog;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Keeps a message hidden from others for as long as it is worked on. */
final class HeldMessage implements AutoCloseable {
  private final SqsQueue queue;
  private final QueueMessage message;
  private final Duration visibilityTimeout;
  private final SparseLog log;
  private final ScheduledFuture<?> extending;
  private boolean released;

  HeldMessage(
      SqsQueue queue,
      QueueMessage message,
      Duration visibilityTimeout,
      ScheduledExecutorService timer,
      SparseLog log) {
    this.queue = queue;
    this.message = message;
    this.visibilityTimeout = visibilityTimeout;
    this.log = log;
    long period = visibilityTimeout.toMillis() / 3;
    this.extending =
        timer.scheduleWithFixedDelay(this::extend, period, period, TimeUnit.MILLISECONDS);
  }

  private synchronized void extend() {
    if (released) {
      return;
    }
    try {
      queue.hide(message, visibilityTimeout);
    } catch (QueueException e) { // somebody else may get it, too; two do no harm
      log.say("extend", () -> message + " could not be held: " + e.getMessage());
    }
  }

  /** When this returns, no extension is under way that could hide what was released. */
  @Override
  public synchronized void close() {
    released = true;
    extending.cancel(false);
  }
}
