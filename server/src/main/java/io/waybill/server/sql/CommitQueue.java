package io.waybill.server.sql;

import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.Handle;

/**
 * The one writer. It takes what waits, by turns of the tenants, runs it in one transaction,
 * commits, and only then answers: the fsync that makes one call durable serves a thousand.
 *
 * <p>Calls that wait at the same time have no order among themselves. Whatever happens, every call
 * is answered.
 */
final class CommitQueue implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CommitQueue.class.getName());

  /** What runs in a transaction. It may run twice, after the first was rolled back. */
  interface Write<T> {
    T run(Handle handle);
  }

  /**
   * How many calls may wait, half of them of one tenant alone: a tenth of a second's work. Beyond
   * that, waiting helps nobody.
   */
  static final int CAPACITY = 20_000;

  /** Of Waybill itself, which has its turns as a tenant has; none has this name. */
  static final String OWN = "";

  /** How many calls share a transaction at the most; more make it longer but hardly cheaper. */
  static final int BATCH = 1_000;

  /** How long a thread waits for its write, which may still happen after that. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** After how long a rest the journal is folded, which nobody waits for. */
  private static final Duration REST = Duration.ofMillis(100);

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  /** How many answers one task gives: few enough to spread, enough to be worth the hand-off. */
  private static final int ANSWERS = 32;

  /** Made beforehand: where it is needed there may be no memory for it. */
  private final UploadException lost = StoreFailures.unavailable();

  private final Database database;
  private final Batches batches;
  private final ReportTarget reports;
  private final Executor callbacks;
  private final Backlog<Call<?>> backlog;
  private final Thread thread = new Thread(this::work, "waybill-commits");
  private boolean foldsAtRest; // the writer's own, as the next
  private boolean foldingFails;

  /**
   * Starts the writer thread.
   *
   * @param callbacks where the stages of {@link #submit} complete, so that what hangs on them never
   *     holds up the next batch
   */
  CommitQueue(
      Database database,
      ReportTarget reports,
      LedgerBatch ledger,
      int capacity,
      Executor callbacks) {
    this.database = database;
    this.batches = new Batches(database, reports, ledger);
    this.reports = reports;
    this.callbacks = callbacks;
    this.backlog = new Backlog<>(capacity);
    thread.setDaemon(true);
    thread.start();
  }

  /** {@link #run(String, Rows, Write)} of no tenant's. */
  <T> T run(Write<T> write) {
    return run(OWN, Rows.NONE, write);
  }

  /**
   * Runs a tenant's write and waits until it is durable, also on a thread that is interrupted: who
   * is told to stop in the middle of his work still writes down how far he came.
   *
   * @param rows what it will lock
   */
  <T> T run(String tenant, Rows rows, Write<T> write) {
    Call.Waiting<T> call = new Call.Waiting<>(rows, write);
    backlog.add(tenant, call);
    boolean interrupted = Thread.interrupted();
    try {
      long end = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        try {
          return call.answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw StoreFailures.of(database, cause == null ? e : cause);
    } catch (TimeoutException e) {
      throw StoreFailures.unavailable().causedBy(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Runs a tenant's ledger write; the stage completes when it is durable. Holds no thread. */
  CompletionStage<Boolean> submit(String tenant, LedgerWrite write) {
    Call.Ledger call = new Call.Ledger(write);
    try {
      backlog.add(tenant, call);
      return call.answer;
    } catch (UploadException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** From now on the journal is folded whenever nobody writes; once, by a server. */
  void foldAtRest() {
    run(
        handle -> {
          foldsAtRest = true;
          return true;
        });
  }

  /** How many transactions were committed. */
  long commits() {
    return batches.commits();
  }

  /** How many transactions were undone for another replica's sake, and run again. */
  long conflicts() {
    return batches.conflicts();
  }

  /** How many calls wait for the next transaction. */
  int waiting() {
    return backlog.size();
  }

  /** Finishes what waits, then refuses. */
  @Override
  public void close() {
    backlog.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try (batches) {
      boolean more = true;
      while (more) {
        more = serveNext();
      }
    }
  }

  /**
   * False once it is closed and empty. An Error of the writer itself (out of memory) costs one
   * batch its answer, not the thread its life: those who wait would wait for ever.
   */
  private boolean serveNext() {
    List<Call<?>> batch = List.of();
    try {
      batch = backlog.take(BATCH, foldsAtRest && !reports.isEmpty() ? REST : FOR_EVER);
      if (batch.isEmpty()) {
        foldAll();
        return !backlog.isOver();
      }
      batches.commit(batch);
      answer(batch);
      if (reports.isFoldingDue()) {
        fold();
      }
    } catch (RuntimeException | Error e) {
      for (Call<?> call : batch) {
        call.answer.completeExceptionally(lost);
      }
      LOG.log(Level.ERROR, "the writer failed, and goes on", e);
    }
    return true;
  }

  /** As long as nobody calls. */
  private void foldAll() {
    while (foldsAtRest && !reports.isEmpty() && backlog.size() == 0 && fold()) {
      // the next part of it
    }
  }

  /** What is not folded now is folded later: nothing is lost, and nobody waits for it. */
  private boolean fold() {
    try {
      batches.fold();
      foldingFails = false;
    } catch (RuntimeException | Error e) {
      if (!foldingFails) {
        LOG.log(Level.WARNING, "the journal cannot be folded now", e);
      }
      foldingFails = true;
    }
    return !foldingFails;
  }

  /** Threads that wait are woken here: they may be all that {@link #callbacks} has. */
  private void answer(List<Call<?>> batch) {
    List<Call<?>> stages = new ArrayList<>(batch.size());
    for (Call<?> call : batch) {
      if (call instanceof Call.Waiting<?>) {
        call.answer();
      } else {
        stages.add(call);
      }
    }
    for (int i = 0; i < stages.size(); i += ANSWERS) {
      List<Call<?>> some = stages.subList(i, Math.min(i + ANSWERS, stages.size()));
      try {
        callbacks.execute(() -> some.forEach(Call::answer));
      } catch (RuntimeException | Error e) {
        // Shut down, or out of threads: a late batch is better than no answer.
        some.forEach(Call::answer);
      }
    }
  }
}
