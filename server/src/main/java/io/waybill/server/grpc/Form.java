package io.waybill.server.grpc;

import com.google.protobuf.ByteString;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one request, and collects all that is wrong with them: whoever asks learns of
 * everything at once. A field that cannot be read gives null, or a value that nobody will see,
 * because {@link #check} throws before the request goes anywhere.
 */
final class Form {
  private static final int MAX_PAGE_SIZE = 1_000;
  private static final int MAX_CHECKSUM_BYTES = 32;

  private final List<Violation> violations = new ArrayList<>();

  void add(String field, String description) {
    violations.add(Violation.invalid(field, description));
  }

  List<Violation> violations() {
    return violations;
  }

  /** Throws INVALID_REQUEST where anything was wrong. */
  void check() {
    if (!violations.isEmpty()) {
      throw UploadException.invalid(violations);
    }
  }

  @Nullable UploadId uploadId(String text) {
    UploadId id = UploadId.parse(text).orElse(null);
    if (id == null) {
      add("upload_id", "required: a UUID of version 7 in lower case, as StartUpload returned it");
    }
    return id;
  }

  int partNumber(String field, int number) {
    if (number < 1 || number > S3Limits.MAX_PARTS) {
      add(field, "1 to " + S3Limits.MAX_PARTS + ", not " + number);
    }
    return number;
  }

  @Nullable Checksum checksum(String field, ByteString bytes) {
    if (bytes.isEmpty()) {
      return null;
    }
    if (bytes.size() > MAX_CHECKSUM_BYTES) {
      add(field, "raw bytes, at most " + MAX_CHECKSUM_BYTES + ", not " + bytes.size());
      return null;
    }
    return Checksum.of(bytes.toByteArray());
  }

  @Nullable Duration duration(String field, com.google.protobuf.Duration given) {
    Duration duration = ProtoTimes.duration(given).orElse(null);
    if (duration == null) {
      add(field, "not a valid google.protobuf.Duration");
    }
    return duration;
  }

  /** How many to return: the default for 0. */
  int pageSize(int given, int defaultSize) {
    if (given < 0 || given > MAX_PAGE_SIZE) {
      add("page_size", "1 to " + MAX_PAGE_SIZE + ", or 0 for " + defaultSize);
    }
    return given == 0 ? defaultSize : given;
  }

  void pageToken() {
    add("page_token", "a next_page_token of this method, with the same filters");
  }

  /** An enum's number has to be one that this version knows. */
  void known(String field, boolean recognized, int number) {
    if (!recognized) {
      add(field, "no value has the number " + number);
    }
  }
}
