package io.waybill.server.upload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The part of a session that its state machine owns. It changes only by compare-and-set on (state,
 * fence), and only along the edges below; each method is one edge.
 *
 * <pre>
 *   CREATING → ACTIVE | FAILED
 *   ACTIVE → COMPLETING | ABORTED | EXPIRED
 *   COMPLETING → COMPLETED | ACTIVE | FAILED
 * </pre>
 *
 * @param state where the upload stands
 * @param fence grows whenever somebody takes the session over or sends an attempt; who holds an
 *     older one has lost it
 * @param leaseUntil until when the holder of the fence works on it (CREATING, COMPLETING)
 * @param storageUploadId S3's multipart upload id; empty before it exists and for single PUTs
 * @param unsettledSince when the last Complete attempt began that S3 did not surely refuse
 * @param cleanAt when the sweeper has to look at S3 again on behalf of a dead session
 * @param completeTime when it was completed
 * @param object the finished object
 * @param failure why it cannot go on, or why its last Complete did not
 */
public record Progress(
    UploadState state,
    long fence,
    @Nullable Instant leaseUntil,
    String storageUploadId,
    @Nullable Instant unsettledSince,
    @Nullable Instant cleanAt,
    @Nullable Instant completeTime,
    @Nullable StoredObject object,
    @Nullable Failure failure) {

  public Progress {
    if ((object != null) != (state == UploadState.COMPLETED)) {
      throw new IllegalArgumentException("an object belongs to COMPLETED, and to it alone");
    }
    if (state == UploadState.FAILED && failure == null) {
      throw new IllegalArgumentException("FAILED needs its failure");
    }
  }

  /** A session whose S3 side is to be made by whoever holds the lease. */
  public static Progress creating(Instant leaseUntil) {
    return new Progress(UploadState.CREATING, 1, leaseUntil, "", null, null, null, null, null);
  }

  /** Whether somebody is at work on it. */
  public boolean isLeased(Instant now) {
    return leaseUntil != null && leaseUntil.isAfter(now);
  }

  /** Whether it has ended, and nobody need look after it any more. */
  public boolean isAtRest() {
    return state.isTerminal() && cleanAt == null;
  }

  /** The same state in new hands: the lease had run out. */
  public Progress takenOver(Instant newLeaseUntil) {
    return new Progress(
        state,
        fence + 1,
        newLeaseUntil,
        storageUploadId,
        unsettledSince,
        cleanAt,
        completeTime,
        object,
        failure);
  }

  public Progress activated(String newStorageUploadId) {
    from(UploadState.CREATING);
    return new Progress(
        UploadState.ACTIVE, fence, null, newStorageUploadId, null, null, null, null, null);
  }

  public Progress completing(Instant newLeaseUntil) {
    from(UploadState.ACTIVE);
    return new Progress(
        UploadState.COMPLETING,
        fence + 1,
        newLeaseUntil,
        storageUploadId,
        null,
        null,
        null,
        null,
        null);
  }

  /**
   * A Complete attempt goes out: from now on it may take effect. The fence grows, or else somebody
   * who read the session before, with its lease run out, could take it over and write the attempt
   * away.
   */
  public Progress attempting(Instant now, Instant newLeaseUntil) {
    from(UploadState.COMPLETING);
    return new Progress(
        state, fence + 1, newLeaseUntil, storageUploadId, now, null, null, null, failure);
  }

  /**
   * An attempt was surely refused: what is unsettled is what was so before it.
   *
   * @param before {@link #unsettledSince} as it was before the attempt
   * @param refusal what S3 said
   */
  public Progress refused(@Nullable Instant before, Failure refusal) {
    from(UploadState.COMPLETING);
    return new Progress(
        state, fence, leaseUntil, storageUploadId, before, null, null, null, refusal);
  }

  /** The holder lets go, so that the next caller need not wait for the lease to run out. */
  public Progress released() {
    return new Progress(
        state,
        fence,
        null,
        storageUploadId,
        unsettledSince,
        cleanAt,
        completeTime,
        object,
        failure);
  }

  public Progress completed(Instant now, StoredObject finished) {
    from(UploadState.COMPLETING);
    return new Progress(
        UploadState.COMPLETED, fence, null, storageUploadId, null, null, now, finished, null);
  }

  /** Back to work: S3 surely refused the parts, and no attempt is unsettled. */
  public Progress reopened(Failure refusal) {
    from(UploadState.COMPLETING);
    return new Progress(
        UploadState.ACTIVE, fence + 1, null, storageUploadId, null, null, null, null, refusal);
  }

  public Progress failed(Failure why, Instant newCleanAt) {
    if (state != UploadState.CREATING && state != UploadState.COMPLETING) {
      throw new IllegalStateException("no edge from " + state + " to FAILED");
    }
    return dead(UploadState.FAILED, newCleanAt, why);
  }

  public Progress aborted(Instant newCleanAt) {
    from(UploadState.ACTIVE);
    return dead(UploadState.ABORTED, newCleanAt, null);
  }

  public Progress expired(Instant newCleanAt) {
    from(UploadState.ACTIVE);
    return dead(UploadState.EXPIRED, newCleanAt, null);
  }

  /** S3 was looked at; null where nothing can be left in it any more. */
  public Progress cleaned(@Nullable Instant newCleanAt) {
    if (!state.isDead()) {
      throw new IllegalStateException("nothing to clean in " + state);
    }
    return dead(state, newCleanAt, failure);
  }

  private Progress dead(UploadState next, @Nullable Instant newCleanAt, @Nullable Failure why) {
    return new Progress(
        next, fence, null, storageUploadId, unsettledSince, newCleanAt, null, null, why);
  }

  private void from(UploadState expected) {
    if (state != expected) {
      throw new IllegalStateException("needs " + expected + ", is " + state);
    }
  }
}
