package io.waybill.server.s3.fake;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * An object.
 *
 * @param checksum in base64, with the number of parts behind it where it is of theirs
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FakeObject(
    byte[] bytes,
    String etag,
    Map<String, String> headers,
    String algorithm,
    String checksum,
    boolean composite,
    Instant time) {

  /** Its headers on HEAD and GET, but for the checksum. */
  Map<String, String> describedBy() {
    TreeMap<String, String> all = new TreeMap<>(headers);
    all.put("ETag", '"' + etag + '"');
    all.put("Last-Modified", HttpDates.of(time));
    all.put("Accept-Ranges", "bytes");
    return all;
  }

  Map<String, String> checksumHeaders() {
    return Map.of(
        "x-amz-checksum-" + algorithm,
        checksum,
        "x-amz-checksum-type",
        composite ? "COMPOSITE" : "FULL_OBJECT");
  }
}
