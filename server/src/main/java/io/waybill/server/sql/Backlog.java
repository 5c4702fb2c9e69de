package io.waybill.server.sql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work that waits for the one thread that does it. Bounded; and once closed it takes nothing more,
 * but gives out what it has, so that nothing is ever left lying in it.
 */
final class Backlog<T> {
  private final int capacity;
  private final Queue<T> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;

  Backlog(int capacity) {
    this.capacity = capacity;
  }

  /**
   * @throws io.waybill.server.upload.UploadException OVERLOADED where it is full, STORE_UNAVAILABLE
   *     where it is closed
   */
  void add(T work) {
    lock.lock();
    try {
      if (closed) {
        throw StoreFailures.unavailable();
      }
      if (waiting.size() >= capacity) {
        throw StoreFailures.overloaded();
      }
      waiting.add(work);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for work and takes what there is, the oldest first; nothing where none came so long, or
   * where it {@link #isOver}.
   */
  List<T> take(int most, Duration patience) {
    lock.lock();
    try {
      await(patience);
      List<T> taken = new ArrayList<>(Math.min(most, waiting.size()));
      while (taken.size() < most && !waiting.isEmpty()) {
        taken.add(waiting.remove());
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
