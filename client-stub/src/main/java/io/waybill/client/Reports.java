package io.waybill.client;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Reports under way, so that no connection to S3 waits for the ledger. There are never more than a
 * few: whoever adds one deals with the oldest first, if there are too many or it is answered, and
 * its failure is then that thread's.
 */
final class Reports {

  /** What a server needs that is well; nobody waits longer for one that is not. */
  private static final long LAST_ANSWERS_SECONDS = 2;

  private final int limit;
  private final Queue<PendingReport> pending = new ArrayDeque<>();

  Reports(int limit) {
    this.limit = limit;
  }

  /**
   * Adds one.
   *
   * @throws WaybillException if one of those before was refused
   */
  void add(PendingReport report) {
    synchronized (this) {
      pending.add(report);
    }
    await(limit);
  }

  /**
   * Waits for all but those that other threads wait for.
   *
   * @throws WaybillException if one was refused
   */
  void awaitAll() {
    await(0);
  }

  private void await(int most) {
    for (var due = due(most); due.isPresent(); due = due(most)) {
      due.get().await();
    }
  }

  /**
   * Ends it after a failure: those under way get a moment, since a part that S3 has and the ledger
   * lacks travels again when the upload is resumed.
   */
  synchronized void close() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LAST_ANSWERS_SECONDS);
    pending.forEach(report -> report.leave(deadline));
    pending.clear();
  }

  private synchronized Optional<PendingReport> due(int most) {
    PendingReport oldest = pending.peek();
    return oldest != null && (pending.size() > most || oldest.isAnswered())
        ? Optional.of(pending.remove())
        : Optional.empty();
  }
}
