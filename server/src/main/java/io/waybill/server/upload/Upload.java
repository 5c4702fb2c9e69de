package io.waybill.server.upload;

import java.time.Instant;

/**
 * One upload session, as it was read.
 *
 * @param number the store's own number for it, which keys the ledger
 * @param spec what never changes
 * @param progress what the state machine owns
 * @param expireTime when the session ends unless something happens
 * @param urlEnd no URL signed for it lives longer than this
 * @param uploadedParts how many parts the ledger holds
 * @param uploadedBytes how many bytes these have together
 * @param updateTime when anything last changed
 * @param revision grows with every change; for watchers, it guards nothing
 */
public record Upload(
    long number,
    UploadSpec spec,
    Progress progress,
    Instant expireTime,
    Instant urlEnd,
    int uploadedParts,
    long uploadedBytes,
    Instant updateTime,
    long revision) {

  public UploadId id() {
    return spec.id();
  }

  public UploadState state() {
    return progress.state();
  }

  /** The same session further on. */
  public Upload with(Progress next) {
    return new Upload(
        number, spec, next, expireTime, urlEnd, uploadedParts, uploadedBytes, updateTime, revision);
  }

  /** The same session with more time. */
  public Upload extendedTo(Instant newExpireTime, Instant newUrlEnd) {
    return new Upload(
        number,
        spec,
        progress,
        newExpireTime,
        newUrlEnd,
        uploadedParts,
        uploadedBytes,
        updateTime,
        revision);
  }

  /** Whether SignParts and ReportPart come too late. */
  public boolean isExpiredAt(Instant now) {
    return !expireTime.isAfter(now);
  }
}
