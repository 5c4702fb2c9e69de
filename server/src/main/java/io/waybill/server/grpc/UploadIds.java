package io.waybill.server.grpc;

import io.waybill.server.upload.UploadId;
import java.util.Objects;

/** Reads requests that have nothing but an upload's id. */
final class UploadIds {
  private UploadIds() {}

  static UploadId read(String uploadId) {
    Form form = new Form();
    UploadId id = form.uploadId(uploadId);
    form.check();
    return Objects.requireNonNull(id);
  }
}
