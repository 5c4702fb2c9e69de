package io.waybill.server.sql;

import io.waybill.server.upload.UploadException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Runs calls together in one transaction, for the writer's thread, its ledger writes first.
 *
 * <p>If one call fails the whole batch is rolled back and each runs alone, so that it fails alone.
 * What met another replica's transaction and was undone for it, is run again; so is what found its
 * connection gone before it committed, as the first batch after a restart of the database does. If
 * the database fails, or the commit itself, the batch is answered with that, and the next one tries
 * again, on a new connection.
 */
final class Batches implements AutoCloseable {
  /** How often a transaction is run that meets others'. */
  private static final int ATTEMPTS = 3;

  private final Database database;
  private final Writer writer;
  private final ReportTarget reports;
  private final LedgerBatch ledger;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong conflicts = new AtomicLong();

  Batches(Database database, ReportTarget reports, LedgerBatch ledger) {
    this.database = database;
    this.writer = new Writer(database);
    this.reports = reports;
    this.ledger = ledger;
  }

  /** How many transactions were committed. */
  long commits() {
    return commits.get();
  }

  /** How many transactions were undone for another replica's sake, and run again. */
  long conflicts() {
    return conflicts.get();
  }

  /** Runs them; afterwards each holds its result, or why it has none. */
  void commit(List<Call<?>> batch) {
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

  /** Takes the next slice of the journal into the ledger. */
  void fold() {
    transaction(reports::foldSome);
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

  @Override
  public void close() {
    writer.close();
  }
}
