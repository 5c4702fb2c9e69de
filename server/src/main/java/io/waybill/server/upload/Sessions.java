package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Finds sessions for their callers, and says in which of the contract's words a state refuses. */
public final class Sessions {
  private final UploadStore store;
  private final Clock clock;

  public Sessions(UploadStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** The caller's session; a stranger's is as unknown as one that never was. */
  public Upload require(Caller caller, UploadId id) {
    return store.find(caller.tenant(), id).orElseThrow(() -> unknown(id));
  }

  static UploadException unknown(UploadId id) {
    return new UploadException(
        Reason.UPLOAD_NOT_FOUND, "no upload " + id, Map.of("upload_id", id.toString()));
  }

  /** The caller's session, if parts of it may be signed and reported now. */
  public Upload requireOpen(Caller caller, UploadId id) {
    return requireOpen(require(caller, id));
  }

  /** The session, if parts of it may be signed and reported now. */
  public Upload requireOpen(Upload upload) {
    if (!isOpen(upload)) {
      throw refusal(upload);
    }
    return upload;
  }

  /**
   * The caller's session, if it is at hand without waiting, and parts of it could be signed and
   * reported when it was read. An empty answer refuses nothing: {@link #requireOpen} tells.
   */
  Optional<Upload> recallOpen(Caller caller, UploadId id, Duration oldest) {
    return store.recall(caller.tenant(), id, oldest).filter(this::isOpen);
  }

  private boolean isOpen(Upload upload) {
    return upload.state() == UploadState.ACTIVE && !upload.isExpiredAt(clock.instant());
  }

  /** The session as it is by now. */
  Upload reread(Upload seen) {
    return store.find(seen.spec().tenant(), seen.id()).orElseThrow(() -> unknown(seen.id()));
  }

  /** The session, if it is COMPLETED: somebody else was at it. */
  Upload requireCompleted(Upload upload) {
    if (upload.state() != UploadState.COMPLETED) {
      throw refusalOfWrite(upload);
    }
    return upload;
  }

  /** Why a session refused a write that it would have let through when it was read. */
  public UploadException refusalNow(Upload seen) {
    return refusalOfWrite(reread(seen));
  }

  private UploadException refusalOfWrite(Upload now) {
    return isOpen(now)
        ? completing(now)
        : refusal(now); // open again after a Complete that S3 refused
  }

  private static UploadException completing(Upload upload) {
    return new UploadException(
            Reason.UPLOAD_COMPLETING,
            "the object is being put together",
            Map.of("upload_id", upload.id().toString()))
        .retryAfter(Duration.ofSeconds(1));
  }

  /** Why a session does not let a call through. */
  public UploadException refusal(Upload upload) {
    return refusal(upload, clock.instant());
  }

  static UploadException refusal(Upload upload, Instant now) {
    Map<String, String> metadata = Map.of("upload_id", upload.id().toString());
    return switch (upload.state()) {
      case CREATING ->
          new UploadException(
                  Reason.UPLOAD_CREATING, "the upload is still being created in S3", metadata)
              .retryAfter(Duration.ofSeconds(1));
      case COMPLETING -> completing(upload);
      case COMPLETED ->
          new UploadException(Reason.UPLOAD_COMPLETED, "the upload is complete", metadata);
      case ABORTED ->
          new UploadException(Reason.UPLOAD_ABORTED, "the upload was aborted", metadata);
      case FAILED -> failed(upload);
      case EXPIRED, ACTIVE ->
          new UploadException(
              Reason.UPLOAD_EXPIRED,
              "the upload's session ended at " + upload.expireTime() + ", it is " + now,
              Map.of(
                  "upload_id",
                  upload.id().toString(),
                  "expire_time",
                  upload.expireTime().toString(),
                  "now",
                  now.toString()));
    };
  }

  private static UploadException failed(Upload upload) {
    Failure failure = upload.progress().failure();
    String why = failure == null ? "" : failure.reason().name();
    return new UploadException(
        Reason.UPLOAD_FAILED,
        "the upload failed" + (failure == null ? "" : ": " + failure.message()),
        Map.of("upload_id", upload.id().toString(), "failure", why));
  }
}
