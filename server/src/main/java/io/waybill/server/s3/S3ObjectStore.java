package io.waybill.server.s3;

import static io.waybill.server.s3.S3Calls.ask;
import static io.waybill.server.s3.S3Calls.hasVersion;
import static io.waybill.server.s3.S3Calls.orEmpty;
import static io.waybill.server.s3.S3Calls.quoted;
import static io.waybill.server.s3.S3Calls.unlessAbsent;

import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * {@link ObjectStore} on the AWS SDK. It leans on nothing that only AWS has: a store may ignore
 * paging, checksums, {@code If-None-Match} and {@code x-amz-mp-object-size}, and what it returns is
 * not believed where Waybill knows better.
 */
final class S3ObjectStore implements ObjectStore {
  private final S3Clients clients;
  private final MultipartUploads multipart;
  private final Listings listings;
  private final Contents contents;

  S3ObjectStore(S3Clients clients) {
    this.clients = clients;
    this.multipart = new MultipartUploads(clients);
    this.listings = new Listings(clients);
    this.contents = new Contents(clients);
  }

  @Override
  public String createMultipartUpload(UploadSpec spec) {
    return multipart.create(spec);
  }

  @Override
  public PartPage listParts(UploadSpec spec, String storageUploadId, int after, int most) {
    return listings.parts(spec, storageUploadId, after, most);
  }

  @Override
  public StoredObject completeMultipartUpload(
      UploadSpec spec, String storageUploadId, List<Part> manifest) {
    return multipart.complete(spec, storageUploadId, manifest);
  }

  @Override
  public void abortMultipartUpload(UploadSpec spec, String storageUploadId) {
    multipart.abort(spec.destination(), spec.bucket(), spec.key(), storageUploadId);
  }

  @Override
  public void abortListedUpload(
      String destination, String bucket, String key, String storageUploadId) {
    multipart.abort(destination, bucket, key, storageUploadId);
  }

  @Override
  public List<ListedUpload> listMultipartUploads(
      String destination, String bucket, String keyPrefix) {
    return listings.uploads(destination, bucket, keyPrefix);
  }

  @Override
  public Optional<FoundObject> head(UploadSpec spec) {
    HeadObjectRequest request =
        HeadObjectRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .checksumMode(ChecksumMode.ENABLED)
            .build();
    return ask(
        S3Operation.HEAD,
        spec.destination(),
        () ->
            unlessAbsent(() -> on(spec).repeating().headObject(request))
                .map(head -> found(spec, head)));
  }

  @Override
  public Optional<UploadId> ownerAt(String destination, String bucket, String key) {
    HeadObjectRequest request = HeadObjectRequest.builder().bucket(bucket).key(key).build();
    return ask(
        S3Operation.HEAD,
        destination,
        () ->
            unlessAbsent(() -> clients.of(destination).repeating().headObject(request))
                .flatMap(head -> UploadMetadata.uploadId(head.metadata())));
  }

  private static FoundObject found(UploadSpec spec, HeadObjectResponse head) {
    if (head.eTag() == null || head.contentLength() == null) {
      throw S3Failures.hollow(S3Operation.HEAD, spec.destination(), "an ETag or a length");
    }
    StoredObject object =
        new StoredObject(
            head.eTag(),
            orEmpty(head.versionId()),
            head.contentLength(),
            Checksums.ofObject(head, spec.algorithm()));
    return new FoundObject(object, UploadMetadata.uploadId(head.metadata()));
  }

  @Override
  public byte[] readStart(UploadSpec spec, StoredObject object, int most) {
    return contents.readStart(spec, object, most);
  }

  @Override
  public void tag(UploadSpec spec, StoredObject object, String name, String value) {
    contents.tag(spec, object, name, value);
  }

  /**
   * Conditions are sent where they are needed, and nowhere else: some stores answer 501 to them,
   * and Swift 412 for the very ETag that it shows of an object made of parts.
   */
  @Override
  public boolean delete(UploadSpec spec, StoredObject object) {
    DeleteObjectRequest.Builder request =
        DeleteObjectRequest.builder().bucket(spec.bucket()).key(spec.key());
    boolean conditional = !hasVersion(object) && !spec.hasOwnKey();
    if (hasVersion(object)) {
      request.versionId(object.versionId());
    } else if (conditional) {
      request.ifMatch(quoted(object.etag()));
    }
    try {
      // Absent is deleted, perhaps by a try whose answer was lost.
      ask(
          S3Operation.DELETE,
          spec.destination(),
          () -> unlessAbsent(() -> on(spec).repeating().deleteObject(request.build())));
      return true;
    } catch (StorageException e) {
      if (conditional && isOfTheCondition(e, spec, object)) {
        return false;
      }
      throw e;
    }
  }

  /** Whether it is the condition itself that the store does not take. */
  private boolean isOfTheCondition(StorageException e, UploadSpec spec, StoredObject object) {
    if (e.kind() == StorageException.Kind.EXISTS) {
      return head(spec).filter(now -> now.object().etag().equals(object.etag())).isPresent();
    }
    return e.getCause() instanceof AwsServiceException answer
        && answer.statusCode() == S3Failures.NOT_IMPLEMENTED;
  }

  private S3Clients.Clients on(UploadSpec spec) {
    return clients.of(spec.destination());
  }
}
