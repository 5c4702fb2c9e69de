package io.waybill.server.upload;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * What one request id compares: SHA-256 over the fields of a start that are set, without {@code
 * sign_first}. A field that a later version adds changes nothing for those who do not set it.
 */
final class RequestDigest {
  private final MessageDigest sha256;

  private RequestDigest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String of(StartUpload.Request request) {
    RequestDigest digest = new RequestDigest();
    digest.add("destination", request.destination());
    digest.add("object_key", request.objectKey());
    digest.add("filename", request.filename());
    digest.add("content_type", request.contentType());
    request.sizeBytes().ifPresent(size -> digest.add("size_bytes", String.valueOf(size)));
    digest.add(
        "part_size_bytes",
        request.partSizeBytes() == 0 ? "" : String.valueOf(request.partSizeBytes()));
    digest.add("mode", request.mode() == null ? "" : request.mode().name());
    digest.add("checksum_algorithm", request.algorithm() == null ? "" : request.algorithm().name());
    digest.add("session_ttl", request.sessionTtl() == null ? "" : request.sessionTtl().toString());
    new TreeMap<>(request.metadata()).forEach((name, value) -> digest.put("m:" + name, value));
    return HexFormat.of().formatHex(digest.sha256.digest());
  }

  private void add(String field, String value) {
    if (!value.isEmpty()) {
      put(field, value);
    }
  }

  private void put(String field, String value) {
    for (String text : new String[] {field, value}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      sha256.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
      sha256.update(bytes);
    }
  }
}
