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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * The one writer. It takes what waits, by turns of the tenants, runs it in one transaction,
 * commits, and only then answers: the fsync that makes one call durable serves a thousand.
 *
 * <p>Calls that wait at the same time have no order among themselves; a batch does its ledger
 * writes first. If one call fails the whole batch is rolled back and each runs alone, so that it
 * fails alone. What met another replica's transaction and was undone for it, is run again; so is
 * what found its connection gone before it committed, as the first batch after a restart of the
 * database does. If the database fails, or the commit itself, the batch is answered with that, and
 * the next one tries again, on a new connection. Whatever happens, every call is answered.
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

  /** How often a transaction is run that meets others'. */
  private static final int ATTEMPTS = 3;

  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  /** How many answers one task gives: few enough to spread, enough to be worth the hand-off. */
  private static final int ANSWERS = 32;

  /** Made beforehand: where it is needed there may be no memory for it. */
  private final UploadException lost = StoreFailures.unavailable();

  private final Database database;
  private final Writer writer;
  private final ReportTarget reports;
  private final LedgerBatch ledger;
  private final Executor callbacks;
  private final Backlog<Call<?>> backlog;
  private final Thread thread = new Thread(this::work, "waybill-commits");
  private boolean foldsAtRest; // the writer's own, as the next
  private boolean foldingFails;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong conflicts = new AtomicLong();

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
    this.writer = new Writer(database);
    this.reports = reports;
    this.ledger = ledger;
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
    return commits.get();
  }

  /** How many transactions were undone for another replica's sake, and run again. */
  long conflicts() {
    return conflicts.get();
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
    try (writer) {
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
      commit(batch);
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
      transaction(reports::foldSome);
      foldingFails = false;
    } catch (RuntimeException | Error e) {
      if (!foldingFails) {
        LOG.log(Level.WARNING, "the journal cannot be folded now", e);
      }
      foldingFails = true;
    }
    return !foldingFails;
  }

  private void commit(List<Call<?>> batch) {
    try {
      transaction(batch);
    } catch (RuntimeException | Error e) {
      if (batch.size() == 1 || concernsAll(e)) {
        fail(batch, e);
      } else {
        commitEach(batch);
      }
    }
  }

  private void commitEach(List<Call<?>> batch) {
    for (int i = 0; i < batch.size(); i++) {
      try {
        transaction(batch.subList(i, i + 1));
      } catch (RuntimeException | Error e) {
        if (concernsAll(e)) {
          fail(batch.subList(i, batch.size()), e);
          return;
        }
        fail(batch.subList(i, i + 1), e);
      }
    }
  }

  private boolean concernsAll(Throwable failure) {
    return failure instanceof Writer.CommitFailed
        || switch (database.fault(failure)) {
          case STATEMENT, CONFLICT -> false;
          case DATABASE, CONNECTION -> true;
        };
  }

  private void fail(List<Call<?>> calls, Throwable cause) {
    UploadException failure = StoreFailures.of(database, cause);
    calls.forEach(call -> call.fail(failure));
  }

  private void transaction(List<Call<?>> batch) {
    for (int attempt = 1; true; attempt++) {
      boolean onAnOldConnection = writer.isOpen();
      try {
        attempt(batch);
        return;
      } catch (RuntimeException | Error e) {
        if (attempt == ATTEMPTS || !isWorthAnother(e, onAnOldConnection)) {
          throw e;
        }
        if (database.fault(e) == Fault.CONFLICT) {
          conflicts.incrementAndGet();
        }
      }
    }
  }

  /**
   * Whether it was surely undone, and a new attempt may do better: where it met another's, and
   * where a connection is lost that had served before. One that was just opened says how the
   * database is.
   */
  private boolean isWorthAnother(Throwable failure, boolean onAnOldConnection) {
    if (failure instanceof Writer.CommitFailed) {
      return false;
    }
    Fault fault = database.fault(failure);
    return fault == Fault.CONFLICT || (fault == Fault.CONNECTION && onAnOldConnection);
  }

  private void attempt(List<Call<?>> batch) {
    transaction(
        handle -> {
          lockRows(handle, batch);
          runLedger(handle, batch);
          for (Call<?> call : batch) {
            if (call instanceof Call.Waiting<?> waiting) {
              waiting.run(handle);
            }
          }
        });
    commits.incrementAndGet();
  }

  private void transaction(Consumer<Handle> work) {
    try {
      writer.transaction(
          handle -> {
            reports.begin(handle);
            work.accept(handle);
          });
      noteCommitted();
    } catch (Writer.CommitFailed e) {
      seeWhetherItWas();
      throw e;
    }
  }

  /** It was committed; where memory ends here, nobody may run it again all the same. */
  private void noteCommitted() {
    try {
      reports.committed();
    } catch (RuntimeException | Error e) {
      throw new Writer.CommitFailed(e);
    }
  }

  /** What was committed after all is to be read from now on, not only after the next write. */
  private void seeWhetherItWas() {
    try {
      writer.transaction(reports::begin);
    } catch (RuntimeException | Error e) {
      // The next write sees.
    }
  }

  /** One call's own order is the same everywhere, and so is that of the ledger writes alone. */
  private void lockRows(Handle handle, List<Call<?>> batch) {
    boolean ordered = batch.size() == 1 && batch.get(0).rows().areInOrder();
    if (database.isShared()
        && !ordered
        && batch.stream().anyMatch(call -> call instanceof Call.Waiting<?>)) {
      RowLocks locks = new RowLocks();
      batch.forEach(call -> locks.add(call.rows()));
      locks.take(handle);
    }
  }

  private void runLedger(Handle handle, List<Call<?>> batch) {
    List<Call.Ledger> calls = new ArrayList<>(batch.size());
    for (Call<?> call : batch) {
      if (call instanceof Call.Ledger ledgerCall) {
        calls.add(ledgerCall);
      }
    }
    if (!calls.isEmpty()) {
      List<Boolean> results = ledger.run(handle, calls.stream().map(c -> c.write).toList());
      for (int i = 0; i < calls.size(); i++) {
        calls.get(i).succeed(results.get(i));
      }
    }
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
