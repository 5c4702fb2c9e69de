package io.waybill.server.s3;

import static io.waybill.server.s3.S3Calls.ask;
import static io.waybill.server.s3.S3Calls.orEmpty;
import static io.waybill.server.s3.S3Calls.quoted;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.util.List;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;

/** Multipart uploads, from the first request to the last. */
final class MultipartUploads {
  private final S3Clients clients;

  MultipartUploads(S3Clients clients) {
    this.clients = clients;
  }

  String create(UploadSpec spec) {
    UploadMetadata.requirePrintableAscii("content type", spec.contentType());
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .contentType(spec.contentType())
            .metadata(UploadMetadata.of(spec));
    ChecksumAlgorithm algorithm = spec.algorithm();
    if (algorithm.isDeclaredToStorage()) {
      request
          .checksumAlgorithm(Checksums.declared(algorithm))
          .checksumType(
              algorithm.isFullObject() ? ChecksumType.FULL_OBJECT : ChecksumType.COMPOSITE);
    }
    return ask(
        S3Operation.CREATE,
        spec.destination(),
        () -> {
          String id = on(spec).once().createMultipartUpload(request.build()).uploadId();
          if (id == null || id.isBlank()) {
            throw S3Failures.hollow(S3Operation.CREATE, spec.destination(), "an upload id");
          }
          return id;
        });
  }

  StoredObject complete(UploadSpec spec, String storageUploadId, List<Part> manifest) {
    List<CompletedPart> parts =
        manifest.stream().map(part -> completed(spec.algorithm(), part)).toList();
    CompleteMultipartUploadRequest.Builder request =
        CompleteMultipartUploadRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .uploadId(storageUploadId)
            .mpuObjectSize(spec.plan().sizeBytes())
            .multipartUpload(m -> m.parts(parts));
    if (!spec.overwrite()) {
      request.ifNoneMatch("*");
    }
    return ask(
        S3Operation.COMPLETE,
        spec.destination(),
        () -> {
          CompleteMultipartUploadResponse done =
              on(spec).completing().completeMultipartUpload(request.build());
          if (done.eTag() == null || Part.unquoted(done.eTag()).isBlank()) {
            throw S3Failures.hollow(S3Operation.COMPLETE, spec.destination(), "an ETag");
          }
          return new StoredObject(
              done.eTag(),
              orEmpty(done.versionId()),
              spec.plan().sizeBytes(),
              Checksums.ofObject(done, spec.algorithm()));
        });
  }

  private static CompletedPart completed(ChecksumAlgorithm algorithm, Part part) {
    CompletedPart.Builder completed =
        CompletedPart.builder().partNumber(part.number()).eTag(quoted(part.etag()));
    if (algorithm.isDeclaredToStorage() && part.checksum() != null) {
      Checksums.setOnPart(completed, algorithm, part.checksum());
    }
    return completed.build();
  }

  void abort(String destination, String bucket, String key, String storageUploadId) {
    AbortMultipartUploadRequest request =
        AbortMultipartUploadRequest.builder()
            .bucket(bucket)
            .key(key)
            .uploadId(storageUploadId)
            .build();
    ask(
        S3Operation.ABORT,
        destination,
        () -> clients.of(destination).repeating().abortMultipartUpload(request));
  }

  private S3Clients.Clients on(UploadSpec spec) {
    return clients.of(spec.destination());
  }
}
