package io.waybill.server.sql;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Map;

/** What goes wrong in the store, in the domain's words. The cause is for the log. */
final class StoreFailures {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private StoreFailures() {}

  static UploadException of(Database database, Throwable failure) {
    if (failure instanceof UploadException known) {
      return known;
    }
    return failure instanceof Writer.CommitFailed || database.fault(failure) != Fault.STATEMENT
        ? unavailable().causedBy(failure)
        : new UploadException(Reason.INTERNAL, "the store failed", Map.of()).causedBy(failure);
  }

  static UploadException unavailable() {
    return new UploadException(
            Reason.STORE_UNAVAILABLE, "the database does not answer now", Map.of())
        .retryAfter(RETRY_AFTER);
  }

  static UploadException overloaded() {
    return new UploadException(Reason.OVERLOADED, "too many writes are waiting", Map.of())
        .retryAfter(RETRY_AFTER);
  }
}
