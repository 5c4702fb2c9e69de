package io.waybill.server.grpc;

import io.waybill.server.upload.UploadId;
import io.waybill.v1.WatchUploadRequest;
import java.util.Objects;

/** Reads WatchUpload. */
final class WatchUploadRequests {

  /** Which upload, and from where on. */
  record Ask(UploadId id, long afterRevision) {}

  private WatchUploadRequests() {}

  static Ask read(WatchUploadRequest request) {
    Form form = new Form();
    UploadId id = form.uploadId(request.getUploadId());
    long after = request.getAfterRevision();
    if (after < 0) {
      form.add("after_revision", "0 or more, not " + after);
    }
    form.check();
    return new Ask(Objects.requireNonNull(id), after);
  }
}
