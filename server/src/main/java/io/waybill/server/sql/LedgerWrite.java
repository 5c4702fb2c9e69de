package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A sign of life of an ACTIVE session that has not expired: the one kind of write there are very
 * many of, so a batch does all of them together.
 *
 * @param uploadNo the session
 * @param now the time by which it must not have expired
 * @param expireTime where it is extended to; it never moves back
 * @param urlEnd where the end of its last URL moves to; it never moves back; null leaves it
 * @param part what is put into the ledger; null puts nothing
 */
record LedgerWrite(
    long uploadNo,
    Instant now,
    Instant expireTime,
    @Nullable Instant urlEnd,
    @Nullable Part part) {}
