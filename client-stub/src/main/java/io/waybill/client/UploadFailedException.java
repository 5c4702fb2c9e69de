package io.waybill.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An upload that did not make it. No message ever contains a signed URL or a header. */
public final class UploadFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** {@link UploadHandle#cancel} or an interrupt stopped it. */
    CANCELLED(true),
    /** {@link UploadHandle#abort} gave it up. */
    ABORTED(false),
    /** The file or stream is not the one that the upload was begun with, or did not stay so. */
    SOURCE_CHANGED(false),
    /** The file or stream could not be read. */
    SOURCE_UNREADABLE(true),
    /** A part has to be sent again that the stream no longer has. */
    SOURCE_SPENT(true),
    /** S3 refused a part for good; the message has its error code. */
    STORAGE_REFUSED(true),
    /** S3 did not take a part in as many attempts as allowed. */
    STORAGE_UNAVAILABLE(true),
    /** Waybill refused a call or did not answer; the cause is a {@link WaybillException}. */
    SERVER(true),
    /** The session is over, or is for another file: start a new upload. */
    SESSION_OVER(false),
    /** The finished object is not what was sent. */
    OBJECT_MISMATCH(false);

    private final boolean resumable;

    Kind(boolean resumable) {
      this.resumable = resumable;
    }
  }

  private final Kind kind;
  private final boolean resumable;
  private final String uploadId;

  UploadFailedException(Kind kind, String message) {
    this(kind, message, null, kind.resumable, "");
  }

  UploadFailedException(
      Kind kind, String message, @Nullable Throwable cause, boolean resumable, String uploadId) {
    super(message, cause);
    this.kind = kind;
    this.resumable = resumable;
    this.uploadId = uploadId;
  }

  static UploadFailedException sourceChanged(String message) {
    return new UploadFailedException(Kind.SOURCE_CHANGED, message);
  }

  static UploadFailedException unreadable(Throwable cause) {
    return new UploadFailedException(Kind.SOURCE_UNREADABLE, "the part cannot be read: " + cause);
  }

  /** The same failure, with the upload that it happened to. */
  UploadFailedException of(String id) {
    var named =
        new UploadFailedException(kind, String.valueOf(getMessage()), getCause(), resumable, id);
    named.setStackTrace(getStackTrace());
    return named;
  }

  /** What went wrong. */
  public Kind kind() {
    return kind;
  }

  /**
   * Whether the session lives on, with the parts that arrived: the same call for the same file, or
   * {@link UploadOptions.Builder#uploadId} with {@link #uploadId}, sends only what is missing.
   */
  public boolean resumable() {
    return resumable;
  }

  /** The session's id; empty where the upload failed before it had one. */
  public Optional<String> uploadId() {
    return uploadId.isEmpty() ? Optional.empty() : Optional.of(uploadId);
  }
}
