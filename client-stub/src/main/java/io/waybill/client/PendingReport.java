package io.waybill.client;

import io.waybill.v1.ReportPartResponse;
import java.util.concurrent.Future;
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

  /** Asks for no answer any more. */
  void cancel() {
    var unused = first.cancel(true);
  }
}
