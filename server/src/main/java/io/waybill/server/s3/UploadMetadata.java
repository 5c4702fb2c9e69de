package io.waybill.server.s3;

import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An object's user metadata: the caller's own, and the upload's id (PROTOCOL rule 3). */
final class UploadMetadata {
  /** Sent as {@code x-amz-meta-waybill-upload-id}. */
  static final String UPLOAD_ID = "waybill-upload-id";

  private UploadMetadata() {}

  /**
   * What is sent with the object.
   *
   * @throws IllegalArgumentException where a name or value could not be a header. The domain has
   *     checked them already; the SDK would sign a line break, and turn a lone surrogate into '?'.
   */
  static Map<String, String> of(UploadSpec spec) {
    Map<String, String> metadata = new TreeMap<>(spec.metadata());
    metadata.forEach(UploadMetadata::check);
    metadata.put(UPLOAD_ID, spec.id().toString());
    return metadata;
  }

  /** The upload that an object's metadata names, if it names one. Stores change the case. */
  static Optional<UploadId> uploadId(Map<String, String> metadata) {
    return metadata.entrySet().stream()
        .filter(e -> e.getKey().equalsIgnoreCase(UPLOAD_ID))
        .findFirst()
        .flatMap(e -> UploadId.parse(e.getValue()));
  }

  private static void check(String name, String value) {
    if (!name.matches("[a-z0-9._-]+") || name.equals(UPLOAD_ID)) {
      throw new IllegalArgumentException("metadata name that cannot be sent");
    }
    requirePrintableAscii("metadata " + name, value);
  }

  static void requirePrintableAscii(String what, String value) {
    if (!value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(what + ": not printable ASCII");
    }
  }
}
