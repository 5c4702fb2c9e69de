package io.waybill.server.grpc;

import com.google.protobuf.ByteString;
import io.waybill.server.upload.Failure;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.PartRanges;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.v1.PartRange;
import java.time.Instant;
import java.util.List;

/** Sessions as the contract shows them. */
final class UploadProtos {
  private UploadProtos() {}

  /** A session with its missing parts. */
  static io.waybill.v1.Upload upload(GetUpload.View view) {
    io.waybill.v1.Upload.Builder upload = builder(view.upload());
    for (PartRanges.Range range : view.missing()) {
      upload.addMissingRanges(
          PartRange.newBuilder().setFirstPart(range.first()).setLastPart(range.last()));
    }
    return upload.build();
  }

  /** A session without its missing parts. */
  static io.waybill.v1.Upload upload(Upload upload) {
    return builder(upload).build();
  }

  /** What a session would be: it has no id, no key and no state. */
  static io.waybill.v1.Upload planned(UploadSpec spec) {
    Instant now = spec.createTime();
    Upload upload =
        new Upload(0, spec, Progress.creating(now), spec.expireTimeFrom(now), now, 0, 0, now, 0);
    List<PartRanges.Range> missing = List.of(new PartRanges.Range(1, spec.plan().partCount()));
    return upload(new GetUpload.View(upload, missing)).toBuilder()
        .clearUploadId()
        .clearObjectKey()
        .clearState()
        .build();
  }

  private static io.waybill.v1.Upload.Builder builder(Upload upload) {
    io.waybill.v1.Upload.Builder builder = spec(upload.spec());
    Progress progress = upload.progress();
    builder
        .setState(ProtoEnums.state(progress.state()))
        .setUploadedParts(upload.uploadedParts())
        .setUploadedBytes(upload.uploadedBytes())
        .setUpdateTime(ProtoTimes.timestamp(upload.updateTime()))
        .setExpireTime(ProtoTimes.timestamp(upload.expireTime()))
        .setRevision(upload.revision());
    if (progress.completeTime() != null) {
      builder.setCompleteTime(ProtoTimes.timestamp(progress.completeTime()));
    }
    if (progress.object() != null) {
      builder.setObject(object(upload.spec(), progress.object()));
    }
    Failure failure = progress.failure();
    boolean shown =
        progress.state() == UploadState.FAILED || progress.state() == UploadState.ACTIVE;
    if (failure != null && shown) {
      builder.setFailure(
          io.waybill.v1.Failure.newBuilder()
              .setReason(ProtoEnums.reason(failure.reason()))
              .setMessage(failure.message()));
    }
    return builder;
  }

  private static io.waybill.v1.Upload.Builder spec(UploadSpec spec) {
    return io.waybill.v1.Upload.newBuilder()
        .setUploadId(spec.id().toString())
        .setMode(ProtoEnums.mode(spec.mode()))
        .setDestination(spec.destination())
        .setBucket(spec.bucket())
        .setObjectKey(spec.key())
        .setFilename(spec.filename())
        .setContentType(spec.contentType())
        .setSizeBytes(spec.plan().sizeBytes())
        .setPartSizeBytes(spec.plan().partSizeBytes())
        .setPartCount(spec.plan().partCount())
        .setChecksumAlgorithm(ProtoEnums.algorithm(spec.algorithm()))
        .putAllMetadata(spec.metadata())
        .setCreateTime(ProtoTimes.timestamp(spec.createTime()));
  }

  private static io.waybill.v1.StoredObject object(UploadSpec spec, StoredObject object) {
    io.waybill.v1.StoredObject.Builder builder =
        io.waybill.v1.StoredObject.newBuilder()
            .setEtag(object.etag())
            .setVersionId(object.versionId())
            .setSizeBytes(object.sizeBytes())
            .setLocation("s3://" + spec.bucket() + "/" + spec.key());
    if (object.checksum() != null) {
      builder.setChecksum(ByteString.copyFrom(object.checksum().toBytes()));
    }
    return builder.build();
  }
}
