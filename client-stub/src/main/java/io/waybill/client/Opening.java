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
  private boolean resumed;

  Opening(WaybillClient client, UploadOptions options, long sizeBytes, ResumeFile memory) {
    this.client = client;
    this.options = options;
    this.sizeBytes = sizeBytes;
    this.memory = memory;
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
    return resumed;
  }

  /** A session that is new in any case. */
  Upload startAnew() {
    resumed = false;
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

  /**
   * Whether what the ledger holds is this source's: the session is new, or was found by the state
   * file of this very file. Whoever named it may have named another one's.
   */
  boolean isOfThisSource() {
    return options.uploadId().isEmpty() && options.requestId().isEmpty();
  }

  private Upload resumeOrStart() {
    var saved = memory.load();
    if (saved.isPresent()) {
      try {
        Upload upload = start(saved.get().requestId());
        if (!OVER.contains(upload.getState())) {
          resumed = true;
          return remembered(saved.get().requestId(), upload);
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
    String requestId = UUID.randomUUID().toString();
    memory.save(new ResumeFile.Saved(requestId, ""));
    return remembered(requestId, start(requestId));
  }

  private Upload remembered(String requestId, Upload upload) {
    memory.save(new ResumeFile.Saved(requestId, upload.getUploadId()));
    return upload;
  }

  private Upload start(String requestId) {
    return client.startUpload(options.toRequest(requestId, sizeBytes)).getUpload();
  }
}
