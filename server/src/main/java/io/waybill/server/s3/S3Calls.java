package io.waybill.server.s3;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.StoredObject;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** How S3 is asked, and what some of its answers mean. */
final class S3Calls {
  private S3Calls() {}

  /** All that goes wrong once a request may have been sent becomes a word on its outcome. */
  static <T> T ask(S3Operation operation, String destination, Supplier<T> request) {
    try {
      return request.get();
    } catch (RuntimeException e) {
      throw S3Failures.of(operation, destination, e);
    }
  }

  static <T> Optional<T> unlessAbsent(Supplier<T> request) {
    try {
      return Optional.of(request.get());
    } catch (AwsServiceException e) {
      if (e.statusCode() == 404 && !S3Failures.isOfBucket(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The null version of a bucket whose versioning is suspended can be overwritten. */
  static boolean hasVersion(StoredObject object) {
    return !object.versionId().isEmpty() && !object.versionId().equals("null");
  }

  /** As a condition or a manifest wants it: a weak one matches nothing. */
  static String quoted(String etag) {
    return '"' + Part.unquoted(etag) + '"';
  }

  static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
