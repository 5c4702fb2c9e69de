package io.waybill.server.s3;

import static io.waybill.server.s3.S3Calls.ask;
import static io.waybill.server.s3.S3Calls.orEmpty;

import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.ObjectStore.PartPage;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.UploadSpec;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** What S3 holds of multipart uploads: their parts, and which there are. */
final class Listings {
  private final S3Clients clients;

  Listings(S3Clients clients) {
    this.clients = clients;
  }

  PartPage parts(UploadSpec spec, String storageUploadId, int after, int most) {
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
      if (e.statusCode() != S3Failures.NOT_IMPLEMENTED) {
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

  List<ListedUpload> uploads(String destination, String bucket, String keyPrefix) {
    Set<ListedUpload> listed = new LinkedHashSet<>();
    ListMultipartUploadsRequest.Builder request =
        ListMultipartUploadsRequest.builder()
            .bucket(bucket)
            .prefix(keyPrefix)
            .encodingType(EncodingType.URL);
    boolean hasMore = true;
    @Nullable ListMultipartUploadsResponse last = null;
    while (hasMore) {
      ListMultipartUploadsResponse page = pageOfUploads(destination, request.build());
      int before = listed.size();
      page.uploads().stream().map(Listings::listed).forEach(listed::add);
      hasMore = Boolean.TRUE.equals(page.isTruncated());
      if (hasMore && (listed.size() == before || !leadsOn(last, page))) {
        throw S3Failures.hollow(S3Operation.LIST_UPLOADS, destination, "a way to the next page");
      }
      request.keyMarker(keyMarker(page, keyPrefix)).uploadIdMarker(page.nextUploadIdMarker());
      last = page;
    }
    return List.copyOf(listed);
  }

  private static ListedUpload listed(MultipartUpload upload) {
    List<String> keys = upload.key() == null ? List.of() : ListedKeys.candidates(upload.key());
    return new ListedUpload(keys, upload.uploadId(), upload.initiated());
  }

  private static @Nullable String keyMarker(ListMultipartUploadsResponse page, String prefix) {
    if (page.nextKeyMarker() == null) {
      return null;
    }
    List<MultipartUpload> lines = page.uploads();
    String last = lines.isEmpty() ? "" : orEmpty(lines.get(lines.size() - 1).key());
    return ListedKeys.marker(page.nextKeyMarker(), last, prefix, EncodedListings.saysSo(page));
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
          // Passed over, it might be the one that is then taken for gone.
          if (page.uploads().stream().anyMatch(upload -> upload.uploadId() == null)) {
            throw S3Failures.hollow(S3Operation.LIST_UPLOADS, destination, "an upload's id");
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

  private S3Clients.Clients on(UploadSpec spec) {
    return clients.of(spec.destination());
  }
}
