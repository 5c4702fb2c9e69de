package io.waybill.client;

import io.waybill.v1.ReportPartResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A part on its way into the ledger. */
final class PendingReport {

  private final Repeats repeats;
  private final Future<ReportPartResponse> first;
  private final Supplier<ReportPartResponse> again;

  /**
   * A call under way.
   *
   * @param again makes the call once more, and waits for it
   */
  PendingReport(
      Repeats repeats, Future<ReportPartResponse> first, Supplier<ReportPartResponse> again) {
    this.repeats = repeats;
    this.first = first;
    this.again = again;
  }

  /** Whether {@link #await} has nothing to wait for, or a failure to deal with. */
  boolean isAnswered() {
    return first.isDone();
  }

  /**
   * Waits until the part is recorded, with more calls if it takes them.
   *
   * @throws WaybillException if the server does not record it
   */
  void await() {
    var unused = repeats.call(first, again);
  }

  /** Waits for the answer until a time at most, whatever it is, and then asks for none any more. */
  void awaitThenCancel(long deadlineNanos) {
    try {
      var unused = first.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The upload has failed already, and this part is sent again by the run that resumes it.
    }
    var unused = first.cancel(true);
  }
}
