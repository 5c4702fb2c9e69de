package io.waybill.server.upload;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** S3 did not do what was asked of it. The message is for the log, not for callers. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is known of the request. */
  public enum Kind {
    /** Surely not done, and repeating it will not help: permissions, the bucket, its policy. */
    REFUSED,
    /** Surely not done: the store does not have it at all (501, NotImplemented). */
    UNSUPPORTED,
    /** Surely not done: S3 does not take these parts (InvalidPart, EntityTooSmall, …). */
    PARTS_REFUSED,
    /** S3 knows no such multipart upload (any more). Ambiguous after a Complete. */
    GONE,
    /** 412: a precondition did not hold, so an object stands at the key, perhaps our own. */
    EXISTS,
    /** Not done, or done and the reply lost: nobody knows. */
    UNAVAILABLE
  }

  private final Kind kind;
  private final String where;

  public StorageException(Kind kind, String message) {
    super(message);
    this.kind = kind;
    this.where = "";
  }

  public StorageException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.where = "";
  }

  /**
   * @param where what was asked of which destination
   * @param answer in S3's words
   */
  public StorageException(Kind kind, String where, String answer, @Nullable Throwable cause) {
    super(where + ": " + answer, cause);
    this.kind = kind;
    this.where = where;
  }

  /** What was asked of which destination, such as {@code HeadObject at reports}; or empty. */
  public String where() {
    return where;
  }

  public Kind kind() {
    return kind;
  }

  /** Whether it is surely not done, whatever the parts are, and repeating it will not help. */
  public boolean isRefusal() {
    return kind == Kind.REFUSED || kind == Kind.UNSUPPORTED;
  }

  /** The same for a caller to read. */
  public UploadException toUploadException() {
    if (isRefusal() || kind == Kind.PARTS_REFUSED) {
      return new UploadException(
              Reason.STORAGE_REFUSED,
              "S3 refused the request; the operator has to look at the server's log",
              Map.of())
          .causedBy(this);
    }
    return new UploadException(
            Reason.STORAGE_UNAVAILABLE, "S3 does not answer clearly now", Map.of())
        .retryAfter(Duration.ofSeconds(1))
        .causedBy(this);
  }
}
