package io.waybill.server.s3;

import static io.waybill.server.s3.S3Calls.ask;
import static io.waybill.server.s3.S3Calls.hasVersion;
import static io.waybill.server.s3.S3Calls.quoted;
import static io.waybill.server.s3.S3Calls.unlessAbsent;

import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.Tag;

/** The first bytes of an object, and the tag that says what they are. */
final class Contents {
  private static final int PRECONDITION_FAILED = 412;

  private final S3Clients clients;

  Contents(S3Clients clients) {
    this.clients = clients;
  }

  byte[] readStart(UploadSpec spec, StoredObject object, int most) {
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
  void tag(UploadSpec spec, StoredObject object, String name, String value) {
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

  private S3Clients.Clients on(UploadSpec spec) {
    return clients.of(spec.destination());
  }
}
