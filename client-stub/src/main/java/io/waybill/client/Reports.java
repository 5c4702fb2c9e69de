package io.waybill.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * Reports under way, so that no connection to S3 waits for the ledger. There are never more than a
 * few: whoever adds one deals with the oldest first, if there are too many or it is answered, and
 * its failure is then that thread's.
 */
final class Reports {

  /** How long the reports under way may take after a failure: enough for a healthy server. */
  static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  private final int limit;
  private final Duration lastAnswers;
  private final Queue<PendingReport> pending = new ArrayDeque<>();

  /**
   * None yet.
   *
   * @param limit how many may be under way
   * @param lastAnswers how long {@link #close} waits for answers
   */
  Reports(int limit, Duration lastAnswers) {
    this.limit = limit;
    this.lastAnswers = lastAnswers;
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
    long deadline = System.nanoTime() + lastAnswers.toNanos();
    pending.forEach(report -> report.awaitThenCancel(deadline));
    pending.clear();
  }

  private synchronized Optional<PendingReport> due(int most) {
    PendingReport oldest = pending.peek();
    return oldest != null && (pending.size() > most || oldest.isAnswered())
        ? Optional.of(pending.remove())
        : Optional.empty();
  }
}
