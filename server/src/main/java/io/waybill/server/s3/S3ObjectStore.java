package io.waybill.server.s3;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * {@link ObjectStore} on the AWS SDK. It leans on nothing that only AWS has: a store may ignore
 * paging, checksums, {@code If-None-Match} and {@code x-amz-mp-object-size}, and what it returns is
 * not believed where Waybill knows better.
 */
final class S3ObjectStore implements ObjectStore {
  private static final int NOT_IMPLEMENTED = 501;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Clients clients;

  S3ObjectStore(S3Clients clients) {
    this.clients = clients;
  }

  @Override
  public String createMultipartUpload(UploadSpec spec) {
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

  @Override
  public PartPage listParts(UploadSpec spec, String storageUploadId, int after, int most) {
    ListPartsRequest.Builder request =
        ListPartsRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .uploadId(storageUploadId)
            .maxParts(most);
    return ask(
        S3Operation.LIST_PARTS,
        spec.destination(),
        () -> {
          ListPartsResponse page = pageOfParts(on(spec).repeating(), request, after);
          boolean saysNothing = page.isTruncated() == null && page.uploadId() == null;
          if (saysNothing && page.parts().isEmpty()) {
            throw S3Failures.hollow(S3Operation.LIST_PARTS, spec.destination(), "a list");
          }
          // Some stores return all parts whatever is asked.
          List<Part> parts =
              page.parts().stream()
                  .filter(part -> part.partNumber() > after)
                  .sorted(Comparator.comparing(part -> part.partNumber()))
                  .map(part -> partOf(spec, part))
                  .toList();
          boolean hasMore = Boolean.TRUE.equals(page.isTruncated());
          if (hasMore && parts.isEmpty()) {
            throw S3Failures.hollow(
                S3Operation.LIST_PARTS, spec.destination(), "the next page's parts");
          }
          return new PartPage(parts, hasMore);
        });
  }

  private static ListPartsResponse pageOfParts(
      S3Client client, ListPartsRequest.Builder request, int after) {
    if (after == 0) {
      return client.listParts(request.build());
    }
    try {
      return client.listParts(request.copy().partNumberMarker(after).build());
    } catch (AwsServiceException e) {
      if (e.statusCode() != NOT_IMPLEMENTED) {
        throw e;
      }
      // S3Proxy has no pages: it refuses every marker, and returns all parts without one.
      return client.listParts(request.build());
    }
  }

  private static Part partOf(
      UploadSpec spec, software.amazon.awssdk.services.s3.model.Part listed) {
    Instant time = listed.lastModified();
    return new Part(
        listed.partNumber(),
        listed.size(),
        listed.eTag(),
        Checksums.ofPart(listed, spec.algorithm()),
        time == null ? Instant.EPOCH : time);
  }

  @Override
  public StoredObject completeMultipartUpload(
      UploadSpec spec, String storageUploadId, List<Part> manifest) {
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

  @Override
  public void abortMultipartUpload(UploadSpec spec, String storageUploadId) {
    abort(spec.destination(), spec.bucket(), spec.key(), storageUploadId);
  }

  @Override
  public void abortListedUpload(String destination, String bucket, ListedUpload listed) {
    abort(destination, bucket, listed.key(), listed.storageUploadId());
  }

  private void abort(String destination, String bucket, String key, String storageUploadId) {
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
  public List<ListedUpload> listMultipartUploads(
      String destination, String bucket, String keyPrefix) {
    List<ListedUpload> listed = new ArrayList<>();
    ListMultipartUploadsRequest.Builder request =
        ListMultipartUploadsRequest.builder()
            .bucket(bucket)
            .prefix(keyPrefix)
            // Else one foreign key with a control character makes the whole answer unreadable.
            .encodingType(EncodingType.URL);
    boolean hasMore = true;
    @Nullable ListMultipartUploadsResponse last = null;
    while (hasMore) {
      ListMultipartUploadsResponse page = pageOfUploads(destination, request.build());
      page.uploads().stream()
          .filter(S3ObjectStore::isWhole)
          .filter(upload -> upload.key().startsWith(keyPrefix))
          .map(upload -> new ListedUpload(upload.key(), upload.uploadId(), upload.initiated()))
          .forEach(listed::add);
      hasMore = Boolean.TRUE.equals(page.isTruncated());
      if (hasMore && !leadsOn(last, page)) {
        throw S3Failures.hollow(S3Operation.LIST_UPLOADS, destination, "a way to the next page");
      }
      request.keyMarker(page.nextKeyMarker()).uploadIdMarker(page.nextUploadIdMarker());
      last = page;
    }
    return listed;
  }

  /** A line without its substance names nothing that could be aborted. */
  private static boolean isWhole(MultipartUpload upload) {
    return upload.key() != null && upload.uploadId() != null && upload.initiated() != null;
  }

  private ListMultipartUploadsResponse pageOfUploads(
      String destination, ListMultipartUploadsRequest request) {
    return ask(
        S3Operation.LIST_UPLOADS,
        destination,
        () -> {
          ListMultipartUploadsResponse page =
              clients.of(destination).repeating().listMultipartUploads(request);
          boolean saysNothing = page.isTruncated() == null && page.bucket() == null;
          if (saysNothing && page.uploads().isEmpty()) {
            throw S3Failures.hollow(S3Operation.LIST_UPLOADS, destination, "a list");
          }
          return page;
        });
  }

  private static boolean leadsOn(
      @Nullable ListMultipartUploadsResponse last, ListMultipartUploadsResponse page) {
    if (page.nextKeyMarker() == null || page.nextKeyMarker().isEmpty()) {
      return false;
    }
    return last == null
        || !page.nextKeyMarker().equals(last.nextKeyMarker())
        || !orEmpty(page.nextUploadIdMarker()).equals(orEmpty(last.nextUploadIdMarker()));
  }

  @Override
  public byte[] readStart(UploadSpec spec, StoredObject object, int most) {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(spec.bucket())
            .key(spec.key())
            .ifMatch(quoted(object.etag()))
            .range("bytes=0-" + (most - 1));
    if (hasVersion(object)) {
      request.versionId(object.versionId());
    }
    StartOfBody start =
        ask(
            S3Operation.GET,
            spec.destination(),
            () ->
                unlessAbsent(
                        () ->
                            unlessChanged(
                                () ->
                                    on(spec)
                                        .repeating()
                                        .getObject(request.build(), StartOfBody.of(most))))
                    .orElseThrow(() -> gone(spec)));
    // Not every store honours If-Match, and an error may come under 200.
    boolean ofThis = start.etag().equals(object.etag());
    if (!ofThis || start.bytes().length < Math.min(most, object.sizeBytes())) {
      throw S3Failures.hollow(S3Operation.GET, spec.destination(), "the object's bytes");
    }
    return start.bytes();
  }

  private static <T> T unlessChanged(Supplier<T> request) {
    try {
      return request.get();
    } catch (AwsServiceException e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        throw new StorageException(Kind.UNAVAILABLE, "another object is at the key by now", e);
      }
      throw e;
    }
  }

  private static StorageException gone(UploadSpec spec) {
    return new StorageException(
        Kind.UNAVAILABLE, "no object to read at " + spec.destination() + " any more");
  }

  /** S3 replaces all tags at once, so those of others (a scanner's, say) are sent along. */
  @Override
  public void tag(UploadSpec spec, StoredObject object, String name, String value) {
    @Nullable String version = hasVersion(object) ? object.versionId() : null;
    List<Tag> tags = new ArrayList<>();
    ask(
            S3Operation.GET_TAGS,
            spec.destination(),
            () ->
                on(spec)
                    .repeating()
                    .getObjectTagging(
                        g -> g.bucket(spec.bucket()).key(spec.key()).versionId(version)))
        .tagSet()
        .stream()
        .filter(tag -> !tag.key().equals(name))
        .forEach(tags::add);
    tags.add(Tag.builder().key(name).value(value).build());
    ask(
        S3Operation.PUT_TAGS,
        spec.destination(),
        () ->
            on(spec)
                .repeating()
                .putObjectTagging(
                    p ->
                        p.bucket(spec.bucket())
                            .key(spec.key())
                            .versionId(version)
                            .tagging(t -> t.tagSet(tags))));
  }

  /** The null version of a bucket whose versioning is suspended can be overwritten. */
  private static boolean hasVersion(StoredObject object) {
    return !object.versionId().isEmpty() && !object.versionId().equals("null");
  }

  @Override
  public void delete(UploadSpec spec, StoredObject object) {
    DeleteObjectRequest.Builder request =
        DeleteObjectRequest.builder().bucket(spec.bucket()).key(spec.key());
    if (hasVersion(object)) {
      request.versionId(object.versionId());
    } else {
      request.ifMatch(quoted(object.etag()));
    }
    // Absent is deleted, perhaps by a try whose answer was lost.
    ask(
        S3Operation.DELETE,
        spec.destination(),
        () -> unlessAbsent(() -> on(spec).repeating().deleteObject(request.build())));
  }

  private S3Clients.Clients on(UploadSpec spec) {
    return clients.of(spec.destination());
  }

  /** All that goes wrong once a request may have been sent becomes a word on its outcome. */
  private static <T> T ask(S3Operation operation, String destination, Supplier<T> request) {
    try {
      return request.get();
    } catch (RuntimeException e) {
      throw S3Failures.of(operation, destination, e);
    }
  }

  private static <T> Optional<T> unlessAbsent(Supplier<T> request) {
    try {
      return Optional.of(request.get());
    } catch (AwsServiceException e) {
      if (e.statusCode() == 404 && !S3Failures.isOfBucket(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String quoted(String etag) {
    return '"' + etag + '"';
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
