package io.waybill.server.upload;

/**
 * One thing that the sweeper did, or would do.
 *
 * @param action what
 * @param uploadId the session's id, or the one that the key carries
 * @param destination the destination's name
 * @param key the object's key
 * @param outcome what came of it
 */
public record Swept(
    Action action, UploadId uploadId, String destination, String key, Outcome outcome) {

  /** What is to be done. */
  public enum Action {
    /** A session's time ran out. */
    EXPIRE,
    /** A session's time ran out; S3 may have all of it, and then it is completed. */
    LAST_LOOK,
    /** S3 may hold something of a dead session. */
    CLEAN,
    /** A start was left half done. */
    FINISH_START,
    /** A completion was left half done. */
    FINISH_COMPLETE,
    /** S3 lists a multipart upload of ours that no session owns. */
    ABORT_ORPHAN,
    /** A session ended longer ago than they are kept; its object stays. */
    FORGET
  }

  /** What came of it. */
  public enum Outcome {
    /** Nothing was touched: a dry run. */
    WOULD,
    DONE,
    /** It is for a later pass: S3 or the database did not answer, or somebody else is at it. */
    LATER
  }

  static Swept of(Action action, Upload upload, Outcome outcome) {
    UploadSpec spec = upload.spec();
    return new Swept(action, spec.id(), spec.destination(), spec.key(), outcome);
  }
}
