package io.waybill.server.grpc;

import io.waybill.v1.AbortRequest;
import io.waybill.v1.CompleteRequest;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.ListPartsRequest;
import io.waybill.v1.PartSource;
import io.waybill.v1.PartToSign;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadMode;
import io.waybill.v1.WatchUploadRequest;
import java.util.UUID;

/** Requests as tests need them: right in everything but what a test changes. */
final class Requests {
  static final long MIB = 1L << 20;

  private Requests() {}

  static StartUploadRequest.Builder start(long sizeBytes) {
    return StartUploadRequest.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setDestination("any")
        .setFilename("a file.bin")
        .setSizeBytes(sizeBytes);
  }

  /** Three parts: 8, 8 and 4 MiB. */
  static StartUploadRequest.Builder startThreeParts() {
    return start(20 * MIB).setMode(UploadMode.UPLOAD_MODE_MULTIPART);
  }

  static SignPartsRequest signMissing(String uploadId, int next) {
    return SignPartsRequest.newBuilder().setUploadId(uploadId).setNextMissing(next).build();
  }

  static SignPartsRequest signFirst(String uploadId) {
    return SignPartsRequest.newBuilder()
        .setUploadId(uploadId)
        .addParts(PartToSign.newBuilder().setPartNumber(1))
        .build();
  }

  static ReportPartRequest report(String uploadId, int number, String etag) {
    return ReportPartRequest.newBuilder()
        .setUploadId(uploadId)
        .setPartNumber(number)
        .setEtag(etag)
        .build();
  }

  static CompleteRequest complete(String uploadId) {
    return CompleteRequest.newBuilder().setUploadId(uploadId).build();
  }

  static AbortRequest abort(String uploadId) {
    return AbortRequest.newBuilder().setUploadId(uploadId).build();
  }

  static GetUploadRequest get(String uploadId) {
    return GetUploadRequest.newBuilder().setUploadId(uploadId).build();
  }

  static WatchUploadRequest.Builder watch(String uploadId) {
    return WatchUploadRequest.newBuilder().setUploadId(uploadId);
  }

  static ListPartsRequest.Builder listParts(String uploadId) {
    return ListPartsRequest.newBuilder().setUploadId(uploadId);
  }

  static ListPartsRequest listStored(String uploadId) {
    return listParts(uploadId).setSource(PartSource.PART_SOURCE_STORAGE).build();
  }
}
