package io.waybill.server.sql;

import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadStore.Created;
import io.waybill.server.upload.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What became of a new session. A refusal is a value here: an exception would undo what others
 * write in the same transaction, and who is beyond the quota could slow everybody down with that.
 *
 * @param created null where it was refused
 * @param refusal null where it was not
 */
record Admission(@Nullable Created created, @Nullable UploadException refusal) {
  /** How often what one statement saw may not be so any more for the next. */
  private static final int ATTEMPTS = 3;

  static Admission run(
      Handle handle,
      Unfolded unfolded,
      UploadSpec spec,
      Progress progress,
      Instant expireTime,
      Quota quota,
      Instant now) {
    Usage asked = Usage.of(spec, progress.state());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<StoredUpload> existing = stored(handle, spec);
      if (existing.isPresent()) {
        return made(handle, unfolded, existing.get(), false);
      }
      if (UsageTable.take(handle, spec, asked, quota)) {
        boolean isNew = UploadTable.insert(handle, spec, progress, expireTime, now);
        if (!isNew) { // another replica was quicker
          UsageTable.giveBack(handle, spec, asked);
        }
        Optional<StoredUpload> row = stored(handle, spec);
        if (row.isPresent()) {
          return made(handle, unfolded, row.get(), isNew);
        }
      } else if (stored(handle, spec).isEmpty()) { // else it was this one that took the last room
        Usage used = UsageTable.of(handle, spec.destination(), spec.tenant());
        Optional<UploadException> refusal = quota.refusal(spec, asked, used);
        if (refusal.isPresent()) {
          return new Admission(null, refusal.get());
        }
      }
    }
    return new Admission(null, StoreFailures.unavailable());
  }

  /**
   * The session.
   *
   * @throws UploadException where it was refused
   */
  Created orThrow() {
    if (created == null) {
      throw refusal == null ? new IllegalStateException("neither made nor refused") : refusal;
    }
    return created;
  }

  private static Optional<StoredUpload> stored(Handle handle, UploadSpec spec) {
    return UploadTable.byRequestId(handle, spec.tenant(), spec.requestId());
  }

  private static Admission made(Handle handle, Unfolded unfolded, StoredUpload row, boolean isNew) {
    return new Admission(
        new Created(Folding.whole(handle, unfolded, List.of(row)).get(0), isNew), null);
  }
}
