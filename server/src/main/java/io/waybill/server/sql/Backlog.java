package io.waybill.server.sql;

import io.waybill.server.upload.Turns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work that waits for the one thread that does it. Bounded; and once closed it takes nothing more,
 * but gives out what it has, so that nothing is ever left lying in it.
 */
final class Backlog<T> {
  private final Turns<T> waiting;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;

  Backlog(int capacity) {
    this.waiting = new Turns<>(capacity);
  }

  /**
   * Adds it to what waits of its tenant.
   *
   * @throws io.waybill.server.upload.UploadException OVERLOADED where the tenant has too much in
   *     it, STORE_UNAVAILABLE where it is closed
   */
  void add(String tenant, T work) {
    lock.lock();
    try {
      if (closed) {
        throw StoreFailures.unavailable();
      }
      if (!waiting.hasRoomFor(tenant)) {
        throw StoreFailures.overloaded();
      }
      waiting.add(tenant, work);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for work and takes what there is, by turns of the tenants, each one's oldest first;
   * nothing where none came so long, or where it {@link #isOver}; less where memory ends, since
   * what is taken must be answered.
   */
  List<T> take(int most, Duration patience) {
    lock.lock();
    try {
      await(patience);
      int count = Math.min(most, waiting.size());
      List<T> taken = new ArrayList<>(count);
      try {
        for (int i = 0; i < count; i++) {
          taken.add(Objects.requireNonNull(waiting.next()));
        }
      } catch (OutOfMemoryError e) {
        if (taken.isEmpty()) {
          throw e;
        }
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void await(Duration patience) {
    boolean interrupted = false;
    long began = System.nanoTime();
    long left = patience.toNanos();
    while (waiting.isEmpty() && !closed && left > 0) {
      try {
        changed.awaitNanos(left);
      } catch (InterruptedException e) {
        interrupted = true; // nobody interrupts the writer on purpose
      }
      left = patience.toNanos() - (System.nanoTime() - began);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it is closed and empty. */
  boolean isOver() {
    lock.lock();
    try {
      return closed && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
