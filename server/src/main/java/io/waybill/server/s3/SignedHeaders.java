package io.waybill.server.s3;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The headers that are signed with an upload's requests: all that are the same for every part, and
 * which one carries the checksum.
 *
 * @param constant what every request is sent with beside Host, Content-Length and the checksum
 * @param checksum the checksum's header; null where the upload has no algorithm
 */
record SignedHeaders(SortedMap<String, String> constant, @Nullable String checksum) {
  static final String CONTENT_LENGTH = "content-length";
  static final String HOST = "host";

  /**
   * Of an upload.
   *
   * @throws IllegalArgumentException where the upload has what cannot be a header
   */
  static SignedHeaders of(UploadSpec spec) {
    SortedMap<String, String> constant = new TreeMap<>();
    if (spec.mode() == UploadMode.SINGLE) {
      UploadMetadata.requirePrintableAscii("content type", spec.contentType());
      constant.put("content-type", spec.contentType());
      UploadMetadata.of(spec).forEach((name, value) -> constant.put("x-amz-meta-" + name, value));
      if (!spec.overwrite()) {
        constant.put("if-none-match", "*");
      }
    }
    ChecksumAlgorithm algorithm = spec.algorithm();
    if (algorithm.isDeclaredToStorage()) {
      // Ceph verifies the checksum only beside this.
      constant.put("x-amz-sdk-checksum-algorithm", Checksums.declared(algorithm));
    }
    return new SignedHeaders(Collections.unmodifiableSortedMap(constant), checksum(algorithm));
  }

  private static @Nullable String checksum(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case NONE -> null;
      case MD5 -> "content-md5";
      default -> Checksums.header(algorithm);
    };
  }

  /** What has to be sent, beside what every HTTP client sets itself. */
  Map<String, String> toSend(@Nullable String checksumValue) {
    if (checksum == null || checksumValue == null) {
      return constant;
    }
    SortedMap<String, String> all = new TreeMap<>(constant);
    all.put(checksum, checksumValue);
    return all;
  }

  /** All names, sorted, each with its value or with null where it differs between parts. */
  SortedMap<String, @Nullable String> withHost(String host) {
    SortedMap<String, @Nullable String> all = new TreeMap<>(constant);
    all.put(CONTENT_LENGTH, null);
    all.put(HOST, host);
    if (checksum != null) {
      all.put(checksum, null);
    }
    return all;
  }
}
