package io.waybill.server.s3.fake;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * A multipart upload that is not finished.
 *
 * @param headers what the object will carry
 * @param algorithm the declared one, in lower case; empty where none is
 * @param composite whether the object's checksum will be that of the parts' checksums
 * @param parts what was put, by number
 */
record FakeUpload(
    String id,
    String key,
    Map<String, String> headers,
    String algorithm,
    boolean composite,
    Instant initiated,
    TreeMap<Integer, FakePart> parts) {

  /** A part; its checksum is raw base64, empty where none was declared. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record FakePart(byte[] bytes, String etag, String checksum, Instant time) {}
}
