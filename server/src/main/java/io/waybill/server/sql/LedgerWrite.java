package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sign of life of an ACTIVE session that has not expired: the one kind of write there are very
 * many of, so a batch does all of them together.
 *
 * @param uploadNo the session
 * @param uploadId the same: a number alone may be another's after a failover
 * @param now the time by which it must not have expired
 * @param expireTime where it is extended to; it never moves back
 * @param urlEnd where the end of its last URL moves to; it never moves back; null leaves it
 * @param part what is put into the ledger; null puts nothing
 */
record LedgerWrite(
    long uploadNo,
    UploadId uploadId,
    Instant now,
    Instant expireTime,
    @Nullable Instant urlEnd,
    @Nullable Part part) {

  static LedgerWrite extending(Upload seen, Instant now, Instant expireTime, Instant urlEnd) {
    return new LedgerWrite(seen.number(), seen.id(), now, expireTime, urlEnd, null);
  }

  static LedgerWrite reporting(Upload seen, Part part, Instant expireTime) {
    return new LedgerWrite(seen.number(), seen.id(), part.time(), expireTime, null, part);
  }
}
