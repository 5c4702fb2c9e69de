package io.waybill.server;

import io.waybill.server.upload.TenantExecutor;
import io.waybill.server.upload.Turns;
import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that tenants share. What waits is taken by turns, and a tenant may have as many threads
 * as are left for others: one alone has half of them, and each that joins leaves half of what it
 * found. So there is a thread for who comes now, however many minutes the others' work takes, until
 * about as many tenants are at it as it takes to halve the pool away: five of 32 threads, three of
 * eight.
 */
final class TenantPool implements TenantExecutor {
  private static final System.Logger LOG = System.getLogger(TenantPool.class.getName());

  private final String name;
  private final int threads;
  private final ExecutorService pool;
  private final ReentrantLock lock = new ReentrantLock();
  private final Turns<Work> waiting;
  private final Map<String, Integer> runningByTenant = new HashMap<>();
  private int running;
  private int workers;

  private record Work(String tenant, Runnable task) {}

  /**
   * @param name what OVERLOADED calls it
   * @param threads how many the pool has
   * @param queue how much may wait in all
   */
  TenantPool(String name, int threads, int queue, ExecutorService pool) {
    this.name = name;
    this.threads = threads;
    this.pool = pool;
    this.waiting = new Turns<>(queue);
  }

  @Override
  public void execute(String tenant, Runnable task) {
    lock.lock();
    try {
      if (!waiting.hasRoomFor(tenant)) {
        throw UploadException.overloaded(name);
      }
      if (workers < threads) {
        pool.execute(this::work); // which finds nothing before the lock is let go
        workers++;
      }
      waiting.add(tenant, new Work(tenant, task));
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what waits, so that the pool can end. */
  void drop() {
    lock.lock();
    try {
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  /** Whether every thread that was called has work, or has found none. For tests. */
  boolean isSettled() {
    lock.lock();
    try {
      return workers == running;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs what waits, until nothing does that may run. What may not is of tenants that have their
   * share of threads: each of these looks again when it has finished.
   */
  private void work() {
    for (Work next = begin(null); next != null; next = begin(next)) {
      try {
        next.task.run();
      } catch (Throwable e) { // whatever it is, the next is not to wait for ever
        LOG.log(Level.ERROR, "work of the " + name + " failed", e);
      }
    }
  }

  private @Nullable Work begin(@Nullable Work ended) {
    lock.lock();
    try {
      if (ended != null) {
        running--;
        runningByTenant.computeIfPresent(
            ended.tenant, (same, count) -> count == 1 ? null : count - 1);
      }
      Work next = waiting.next(this::mayRunMore);
      if (next == null) {
        workers--;
      } else {
        running++;
        runningByTenant.merge(next.tenant, 1, Integer::sum);
        callAnother();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** What ended may have made room for more than one. */
  private void callAnother() {
    if (workers < threads && waiting.hasNext(this::mayRunMore)) {
      try {
        pool.execute(this::work);
        workers++;
      } catch (RuntimeException | Error e) {
        // It ends, or there is no thread to be had: this one goes on, and looks again.
      }
    }
  }

  private boolean mayRunMore(String tenant) {
    return runningByTenant.getOrDefault(tenant, 0) < threads - running;
  }
}
