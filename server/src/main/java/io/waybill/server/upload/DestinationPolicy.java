package io.waybill.server.upload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a destination does not take of a start. */
final class DestinationPolicy {
  private final Destination destination;
  private final List<Violation> violations = new ArrayList<>();

  private DestinationPolicy(Destination destination) {
    this.destination = destination;
  }

  static List<Violation> violations(Destination destination, StartUpload.Request request) {
    DestinationPolicy policy = new DestinationPolicy(destination);
    policy.contentType(request.contentType());
    policy.size(request);
    policy.key(request);
    policy.checksum(request);
    policy.sessionTtl(request.sessionTtl());
    return policy.violations;
  }

  private void contentType(String asked) {
    String type = asked.isEmpty() ? UploadPlanner.DEFAULT_CONTENT_TYPE : asked;
    if (ContentTypes.isWellFormed(type) && !destination.contentTypes().allow(type)) {
      String allowed = String.join(", ", destination.contentTypes().allowed());
      violations.add(
          new Violation(
              "content_type",
              Reason.CONTENT_TYPE_NOT_ALLOWED,
              "one of " + allowed + ", not " + type,
              Map.of("content_type", type, "allowed", allowed)));
    }
  }

  private void size(StartUpload.Request request) {
    long size = request.sizeBytes().orElse(0);
    boolean single = request.mode() == UploadMode.SINGLE;
    long limit =
        single
            ? Math.min(destination.maxSizeBytes(), S3Limits.MAX_PART_BYTES)
            : destination.maxSizeBytes();
    if (size > limit) {
      violations.add(
          new Violation(
              "size_bytes",
              Reason.SIZE_LIMIT_EXCEEDED,
              "at most " + limit + (single ? " in a single PUT" : "") + ", not " + size,
              Map.of("size_bytes", String.valueOf(size), "limit_bytes", String.valueOf(limit))));
    }
  }

  private void key(StartUpload.Request request) {
    KeyTemplate keys = destination.keys();
    if (keys.exact() && request.objectKey().isEmpty()) {
      violations.add(Violation.invalid("object_key", "required: this destination uses exact keys"));
    }
    if (!keys.takesObjectKey() && !request.objectKey().isEmpty()) {
      violations.add(
          Violation.invalid("object_key", "none: this destination makes the key itself"));
    }
  }

  private void checksum(StartUpload.Request request) {
    boolean none = request.algorithm() == null || request.algorithm() == ChecksumAlgorithm.NONE;
    if (none && destination.checksumRequired()) {
      violations.add(
          checksumRequired("checksum_algorithm", "this destination wants one with every part"));
    } else if (none) {
      StorePolicy.checksumViolation(destination).ifPresent(violations::add);
    }
    if (!none && request.signFirst() > 0) {
      violations.add(
          checksumRequired(
              "sign_first", "0: every part is signed with its checksum, by SignParts"));
    }
  }

  private static Violation checksumRequired(String field, String description) {
    return new Violation(field, Reason.CHECKSUM_REQUIRED, description, Map.of());
  }

  private void sessionTtl(@org.jspecify.annotations.Nullable Duration asked) {
    Duration most = destination.sessionMaxAge();
    if (asked != null && asked.compareTo(most) > 0) {
      violations.add(Violation.invalid("session_ttl", "at most " + most.toSeconds() + " s"));
    }
  }
}
