package io.waybill.server;

import io.waybill.server.ops.DaemonThreads;
import io.waybill.server.upload.TenantExecutor;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of one server. Each kind of work has its own, and a queue that ends, so that no kind
 * starves another: what does not fit is refused at once, and the caller is told to come again.
 * Within each kind the tenants take turns ({@link TenantPool}); of what is named here one tenant
 * alone gets half, and the rest stands ready for others.
 */
final class Threads implements AutoCloseable {
  /** Calls that wait for S3: starting, aborting, listing what S3 holds. */
  private static final int WORKERS = 32;

  private static final int WORKERS_QUEUE = 512;

  /** Starts that need nothing of S3: each waits for one commit, which many share. */
  private static final int STARTERS = 32;

  private static final int STARTERS_QUEUE = 2_048;

  /** Calls that read the database, and signatures that have to wait. */
  private static final int READERS = 8;

  private static final int READERS_QUEUE = 8_192;

  /** Completions, which may take minutes each. */
  private static final int COMPLETIONS = 32;

  private static final int COMPLETIONS_QUEUE = 2_048;

  /** Answers to durable writes; at most as many wait as the writer's queue holds. */
  private static final int CALLBACKS = 2;

  /** How long a stop lets work go on that no call waits for any more; gRPC waited before. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** How long work that was interrupted may take to write down how far it came. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private final List<ExecutorService> all = new ArrayList<>();
  private final List<TenantPool> shared = new ArrayList<>();
  final TenantExecutor workers = shared("workers", WORKERS, WORKERS_QUEUE);
  final TenantExecutor starters = shared("starters", STARTERS, STARTERS_QUEUE);
  final TenantExecutor readers = shared("readers", READERS, READERS_QUEUE);
  final TenantExecutor completions = shared("completions", COMPLETIONS, COMPLETIONS_QUEUE);
  final ExecutorService callbacks =
      keep(
          new ThreadPoolExecutor(
              CALLBACKS,
              CALLBACKS,
              0,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              named("callback")));
  final ScheduledExecutorService deadlines = timer("deadline");
  final ScheduledExecutorService sweeper = timer("sweeper");
  final ScheduledExecutorService leases = timer("leases");
  final ScheduledExecutorService watches = timer("watches");

  /** Lets what runs and what waits finish, for so long in all; then interrupts, and waits again. */
  @Override
  public void close() {
    sweeper.shutdownNow();
    leases.shutdownNow();
    watches.shutdownNow();
    deadlines.shutdownNow();
    all.forEach(ExecutorService::shutdown);
    if (!ended(GRACE)) {
      shared.forEach(TenantPool::drop);
      all.forEach(ExecutorService::shutdownNow);
      ended(LAST_WORDS);
    }
  }

  private boolean ended(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    try {
      for (ExecutorService each : all) {
        if (!each.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private TenantPool shared(String name, int threads, int queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named(name),
            (work, ended) -> {
              throw UploadException.overloaded(name);
            });
    pool.allowCoreThreadTimeOut(true);
    TenantPool tenants = new TenantPool(name, threads, queue, keep(pool));
    shared.add(tenants);
    return tenants;
  }

  private ScheduledExecutorService timer(String name) {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named(name));
    timer.setRemoveOnCancelPolicy(true);
    return keep(timer);
  }

  private <E extends ExecutorService> E keep(E executor) {
    all.add(executor);
    return executor;
  }

  private static ThreadFactory named(String name) {
    return DaemonThreads.named("waybill-" + name);
  }
}
