package io.waybill.server.grpc;

import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;

/** Specs like others, for sessions that no request could make. */
final class SpecCopies {
  private SpecCopies() {}

  static UploadSpec withRequestId(UploadSpec spec, String id, String requestId) {
    return new UploadSpec(
        UploadId.parse(id).orElseThrow(),
        spec.tenant(),
        requestId,
        spec.requestDigest(),
        spec.destination(),
        spec.bucket(),
        spec.key(),
        spec.filename(),
        spec.contentType(),
        spec.mode(),
        spec.plan(),
        spec.algorithm(),
        spec.metadata(),
        spec.overwrite(),
        spec.sessionTtl(),
        spec.createTime(),
        spec.maxExpireTime());
  }
}
