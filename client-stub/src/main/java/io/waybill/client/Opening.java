package io.waybill.client;

import io.grpc.Status;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.util.Set;
import java.util.UUID;

/** Finds the session of an upload, or starts one. */
final class Opening {

  private static final Set<UploadState> OVER =
      Set.of(
          UploadState.UPLOAD_STATE_ABORTED,
          UploadState.UPLOAD_STATE_EXPIRED,
          UploadState.UPLOAD_STATE_FAILED);

  private final WaybillClient client;
  private final UploadOptions options;
  private final long sizeBytes;
  private final ResumeFile memory;
  private final String inodeAndCtime;
  private Origin origin = Origin.NAMED;

  /** Where a session comes from, which decides whose parts it may hold. */
  private enum Origin {
    /** Started by this call: it holds what is sent from here on. */
    FRESH,
    /** Found by the state file of this very file: the file system sees no difference. */
    REMEMBERED,
    /** Found by the state file of a file with this path, size and mtime. */
    DOUBTFUL,
    /** Named by the caller, who may have named another file's. */
    NAMED
  }

  /**
   * For one upload.
   *
   * @param inodeAndCtime {@link FileIdentity#inodeAndCtime} of the file; any text for a stream
   */
  Opening(
      WaybillClient client,
      UploadOptions options,
      long sizeBytes,
      ResumeFile memory,
      String inodeAndCtime) {
    this.client = client;
    this.options = options;
    this.sizeBytes = sizeBytes;
    this.memory = memory;
    this.inodeAndCtime = inodeAndCtime;
  }

  /**
   * The session, with at least one part missing, or COMPLETING, or COMPLETED.
   *
   * @throws UploadFailedException if there is none to go on with, or the request cannot be
   */
  Upload open() {
    try {
      return usable(find());
    } catch (WaybillException e) {
      if (e.code() == Status.Code.INVALID_ARGUMENT) {
        throw new UploadFailedException(Kind.SERVER, String.valueOf(e.getMessage()), e, false, "");
      }
      throw e;
    }
  }

  private Upload find() {
    if (!options.uploadId().isEmpty()) {
      return client.getUpload(options.uploadId());
    } else if (!options.requestId().isEmpty()) {
      return start(options.requestId());
    }
    return resumeOrStart();
  }

  /** Whether the session came from a state file, so that another one may take its place. */
  boolean isResumed() {
    return origin == Origin.REMEMBERED || origin == Origin.DOUBTFUL;
  }

  /** Whether this call started the session; another one may be given its id and send parts too. */
  boolean isFresh() {
    return origin == Origin.FRESH;
  }

  /** A session that is new in any case. */
  Upload startAnew() {
    return usable(startRemembered());
  }

  private Upload usable(Upload upload) {
    if (OVER.contains(upload.getState())) {
      throw new UploadFailedException(
          Kind.SESSION_OVER,
          "the session is over: "
              + upload.getState()
              + (upload.hasFailure() ? ", " + upload.getFailure().getMessage() : ""));
    }
    if (upload.getSizeBytes() != sizeBytes) {
      throw new UploadFailedException(
          Kind.SESSION_OVER,
          "the session is for %d bytes, but there are %d"
              .formatted(upload.getSizeBytes(), sizeBytes));
    }
    return upload;
  }

  /** Whether parts without a checksum count as this source's: nothing indicates another one. */
  boolean isOfThisSource() {
    return origin == Origin.FRESH || origin == Origin.REMEMBERED;
  }

  private Upload resumeOrStart() {
    var saved = memory.load();
    if (saved.isPresent()) {
      try {
        Upload upload = start(saved.get().requestId());
        if (!OVER.contains(upload.getState())) {
          boolean same = saved.get().inodeAndCtime().equals(inodeAndCtime);
          origin = same ? Origin.REMEMBERED : Origin.DOUBTFUL;
          // Those of the start are kept: parts that arrived before are of that file.
          return remembered(saved.get(), upload);
        }
      } catch (WaybillException e) {
        if (!e.is(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED)) {
          throw e;
        }
      }
    }
    return startRemembered();
  }

  private Upload startRemembered() {
    origin = Origin.FRESH;
    var started = new ResumeFile.Saved(UUID.randomUUID().toString(), "", inodeAndCtime);
    memory.save(started);
    return remembered(started, start(started.requestId()));
  }

  private Upload remembered(ResumeFile.Saved saved, Upload upload) {
    memory.save(
        new ResumeFile.Saved(saved.requestId(), upload.getUploadId(), saved.inodeAndCtime()));
    return upload;
  }

  private Upload start(String requestId) {
    return client.startUpload(options.toRequest(requestId, sizeBytes)).getUpload();
  }
}
