package io.waybill.server.grpc;

import io.waybill.server.upload.StartUpload;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadMode;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads StartUpload. Its bounds are the domain's, which reports what is wrong here with them. */
final class StartUploadRequests {
  private StartUploadRequests() {}

  static StartUpload.Request read(StartUploadRequest request) {
    Form form = new Form();
    form.known("mode", request.getMode() != UploadMode.UNRECOGNIZED, request.getModeValue());
    form.known(
        "checksum_algorithm",
        request.getChecksumAlgorithm() != ChecksumAlgorithm.UNRECOGNIZED,
        request.getChecksumAlgorithmValue());
    @Nullable Duration ttl =
        request.hasSessionTtl() ? form.duration("session_ttl", request.getSessionTtl()) : null;
    return new StartUpload.Request(
        request.getRequestId(),
        request.getDestination(),
        request.getObjectKey(),
        request.getFilename(),
        request.getContentType(),
        request.hasSizeBytes() ? OptionalLong.of(request.getSizeBytes()) : OptionalLong.empty(),
        request.getPartSizeBytes(),
        ProtoEnums.mode(request.getMode()).orElse(null),
        ProtoEnums.algorithm(request.getChecksumAlgorithm()).orElse(null),
        request.getMetadataMap(),
        ttl,
        request.getSignFirst(),
        request.getValidateOnly(),
        form.violations());
  }
}
