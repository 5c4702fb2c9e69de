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
  /** How often another replica may write between two of these statements. */
  private static final int ATTEMPTS = 3;

  static Admission run(
      Handle handle,
      Unfolded unfolded,
      UploadSpec spec,
      Progress progress,
      Instant expireTime,
      Quota quota,
      Instant now) {
    Optional<Admission> clear = Optional.empty();
    for (int attempt = 0; attempt < ATTEMPTS && clear.isEmpty(); attempt++) {
      clear = attempt(handle, unfolded, spec, progress, expireTime, quota, now);
    }
    return clear.orElseGet(() -> new Admission(null, StoreFailures.unavailable()));
  }

  /** Empty where what one statement saw was not so any more for the next. */
  private static Optional<Admission> attempt(
      Handle handle,
      Unfolded unfolded,
      UploadSpec spec,
      Progress progress,
      Instant expireTime,
      Quota quota,
      Instant now) {
    Optional<StoredUpload> existing = stored(handle, spec);
    if (existing.isPresent()) {
      return existing.map(row -> made(handle, unfolded, row, false));
    }
    Usage asked = Usage.of(spec, progress.state());
    if (!UsageTable.take(handle, spec, asked, quota)) {
      if (stored(handle, spec).isPresent()) { // it was this one that took the last room
        return Optional.empty();
      }
      Usage used = UsageTable.of(handle, spec.destination(), spec.tenant());
      return quota.refusal(spec, asked, used).map(refusal -> new Admission(null, refusal));
    }
    boolean isNew = UploadTable.insert(handle, spec, progress, expireTime, now);
    if (!isNew) { // another replica was quicker
      UsageTable.giveBack(handle, spec, asked);
    }
    return stored(handle, spec).map(row -> made(handle, unfolded, row, isNew));
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
