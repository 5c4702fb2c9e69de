package io.waybill.server.sql;

import io.waybill.server.upload.UploadException;
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
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The one writer. It takes whatever waits, runs it in one transaction, commits, and only then
 * answers: the fsync that makes one call durable serves a thousand.
 *
 * <p>Calls that wait at the same time have no order among themselves; a batch does its ledger
 * writes first. If one call fails the whole batch is rolled back and each runs alone, so that it
 * fails alone. If the database fails, the batch is answered with that, and the next one tries
 * again, on a new connection.
 */
final class CommitQueue implements AutoCloseable {

  /** What runs in a transaction. It may run twice, after the first was rolled back. */
  interface Write<T> {
    T run(Handle handle);
  }

  /** How many calls may wait: a tenth of a second's work. Beyond that, waiting helps nobody. */
  static final int CAPACITY = 10_000;

  /** How many calls share a transaction at the most; more make it longer but hardly cheaper. */
  static final int BATCH = 1_000;

  /** How long a thread waits for its write, which may still happen after that. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How many answers one task gives: few enough to spread, enough to be worth the hand-off. */
  private static final int ANSWERS = 32;

  private final Database database;
  private final LedgerBatch ledger;
  private final Executor callbacks;
  private final Backlog<Call> backlog;
  private final Thread thread = new Thread(this::work, "waybill-commits");
  private final AtomicLong commits = new AtomicLong();

  /** The writer thread's own. */
  private @Nullable Handle writer;

  /**
   * Starts the writer thread.
   *
   * @param callbacks where the stages of {@link #submit} complete, so that what hangs on them never
   *     holds up the next batch
   */
  CommitQueue(Database database, LedgerBatch ledger, int capacity, Executor callbacks) {
    this.database = database;
    this.ledger = ledger;
    this.callbacks = callbacks;
    this.backlog = new Backlog<>(capacity);
    thread.setDaemon(true);
    thread.start();
  }

  /** Runs a write and waits until it is durable. */
  <T> T run(Write<T> write) {
    WaitingCall<T> call = new WaitingCall<>(write);
    backlog.add(call);
    try {
      return call.answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw StoreFailures.of(database, cause == null ? e : cause);
    } catch (TimeoutException e) {
      throw StoreFailures.unavailable().causedBy(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreFailures.unavailable().causedBy(e);
    }
  }

  /** Runs a ledger write; the stage completes when it is durable. Holds no thread. */
  CompletionStage<Boolean> submit(LedgerWrite write) {
    LedgerCall call = new LedgerCall(write);
    try {
      backlog.add(call);
      return call.answer;
    } catch (UploadException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** How many transactions were committed. */
  long commits() {
    return commits.get();
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
    List<Call> batch = backlog.take(BATCH);
    while (!batch.isEmpty()) {
      commit(batch);
      answer(batch);
      batch = backlog.take(BATCH);
    }
    disconnect();
  }

  private void commit(List<Call> batch) {
    try {
      transaction(batch);
    } catch (RuntimeException | Error e) {
      if (batch.size() == 1 || database.isUnavailable(e)) {
        fail(batch, e);
      } else {
        commitEach(batch);
      }
    }
  }

  private void commitEach(List<Call> batch) {
    for (int i = 0; i < batch.size(); i++) {
      try {
        transaction(batch.subList(i, i + 1));
      } catch (RuntimeException | Error e) {
        if (database.isUnavailable(e)) {
          fail(batch.subList(i, batch.size()), e);
          return;
        }
        fail(batch.subList(i, i + 1), e);
      }
    }
  }

  private void fail(List<Call> calls, Throwable cause) {
    UploadException failure = StoreFailures.of(database, cause);
    calls.forEach(call -> call.failure = failure);
  }

  private void transaction(List<Call> batch) {
    Handle handle = connect();
    try {
      database.begin(handle);
      runLedger(handle, batch);
      for (Call call : batch) {
        if (call instanceof WaitingCall<?> waiting) {
          waiting.run(handle);
        }
      }
      database.commit(handle);
      commits.incrementAndGet();
    } catch (RuntimeException | Error e) {
      undo(handle, e);
      throw e;
    }
  }

  private void runLedger(Handle handle, List<Call> batch) {
    List<LedgerCall> calls = new ArrayList<>(batch.size());
    for (Call call : batch) {
      if (call instanceof LedgerCall ledgerCall) {
        calls.add(ledgerCall);
      }
    }
    if (calls.isEmpty()) {
      return;
    }
    List<Boolean> results = ledger.run(handle, calls.stream().map(c -> c.write).toList());
    for (int i = 0; i < calls.size(); i++) {
      calls.get(i).result = results.get(i);
    }
  }

  private void undo(Handle handle, Throwable failure) {
    try {
      database.rollback(handle);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      disconnect();
    }
  }

  private Handle connect() {
    Handle open = writer;
    if (open == null) {
      open = database.openWriter();
      writer = open;
    }
    return open;
  }

  private void disconnect() {
    Handle open = writer;
    writer = null;
    if (open != null) {
      try {
        open.close();
      } catch (RuntimeException e) {
        // It was given up already; the next batch opens another.
      }
    }
  }

  /** Threads that wait are woken here: they may be all that {@link #callbacks} has. */
  private void answer(List<Call> batch) {
    List<Call> stages = new ArrayList<>(batch.size());
    for (Call call : batch) {
      if (call instanceof WaitingCall<?>) {
        call.answer();
      } else {
        stages.add(call);
      }
    }
    for (int i = 0; i < stages.size(); i += ANSWERS) {
      List<Call> some = stages.subList(i, Math.min(i + ANSWERS, stages.size()));
      try {
        callbacks.execute(() -> some.forEach(Call::answer));
      } catch (RuntimeException | Error e) {
        // Shut down, or out of threads: a late batch is better than no answer.
        some.forEach(Call::answer);
      }
    }
  }

  /** A call and what becomes of it; the writer thread fills it in. */
  private abstract static class Call {
    @Nullable UploadException failure;

    abstract void answer();
  }

  private static final class WaitingCall<T> extends Call {
    final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Write<T> write;
    private @Nullable T result;

    WaitingCall(Write<T> write) {
      this.write = write;
    }

    void run(Handle handle) {
      result = write.run(handle);
    }

    @Override
    void answer() {
      settle(answer, result, failure);
    }
  }

  private static final class LedgerCall extends Call {
    final CompletableFuture<Boolean> answer = new CompletableFuture<>();
    final LedgerWrite write;
    boolean result;

    LedgerCall(LedgerWrite write) {
      this.write = write;
    }

    @Override
    void answer() {
      settle(answer, result, failure);
    }
  }

  private static <T> void settle(
      CompletableFuture<T> answer, @Nullable T result, @Nullable UploadException failure) {
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else {
      answer.complete(result);
    }
  }
}
