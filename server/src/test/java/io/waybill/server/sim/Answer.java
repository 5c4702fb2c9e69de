package io.waybill.server.sim;

import io.waybill.server.upload.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a caller got: a value, a reason, or nothing at all.
 *
 * @param lost the connection broke, or the deadline passed
 */
record Answer<T>(@Nullable T value, @Nullable Reason reason, boolean lost) {
  boolean is(Reason expected) {
    return reason == expected;
  }

  /** Whether asking again may help. */
  boolean isWorthAnotherTry() {
    return lost
        || reason == Reason.UPLOAD_CREATING
        || reason == Reason.UPLOAD_COMPLETING
        || reason == Reason.STORAGE_UNAVAILABLE
        || reason == Reason.STORAGE_REFUSED
        || reason == Reason.STORE_UNAVAILABLE
        || reason == Reason.OVERLOADED
        || reason == Reason.QUOTA_EXCEEDED;
  }
}
