package io.waybill.client;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Holds the workers of a paused upload, and lets none of a stopped one pass. */
final class PauseGate {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private boolean closed;
  private boolean stopped;

  void close() {
    set(true);
  }

  void open() {
    set(false);
  }

  /** For good: an interrupt alone may meet a worker between two attempts, and be lost. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void set(boolean close) {
    lock.lock();
    try {
      closed = close;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits while the upload is paused.
   *
   * @throws InterruptedException if it was stopped
   */
  void pass() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (closed && !stopped) {
        opened.await();
      }
      if (stopped) {
        throw new InterruptedException();
      }
    } finally {
      lock.unlock();
    }
  }
}
