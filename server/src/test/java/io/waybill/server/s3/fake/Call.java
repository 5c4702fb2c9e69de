package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request, taken apart.
 *
 * @param method the HTTP method
 * @param rawPath as it came
 * @param query decoded; a parameter without a value has an empty one
 * @param headers by lower-case name, several of one name joined with a comma
 * @param body all of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Call(
    String method,
    String rawPath,
    TreeMap<String, String> query,
    TreeMap<String, String> headers,
    byte[] body) {

  public static Call of(
      String method,
      String rawPath,
      Optional<String> rawQuery,
      Map<String, List<String>> headers,
      byte[] body) {
    TreeMap<String, String> query = new TreeMap<>();
    for (String pair : rawQuery.filter(q -> !q.isEmpty()).map(q -> q.split("&")).orElse(NONE)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      query.put(decoded(name), equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    TreeMap<String, String> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach((name, values) -> byName.put(name, String.join(",", values)));
    return new Call(method, rawPath, query, byName, body);
  }

  private static final String[] NONE = {};

  String bucket() {
    String path = decoded(rawPath).substring(1);
    int slash = path.indexOf('/');
    return slash < 0 ? path : path.substring(0, slash);
  }

  /** The object's key; empty where the request is of the bucket. */
  public String key() {
    String path = decoded(rawPath).substring(1);
    int slash = path.indexOf('/');
    return slash < 0 ? "" : path.substring(slash + 1);
  }

  /** A parameter or a header that may be missing. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** The part's number; 0 where there is none. */
  public int partNumber() {
    return parameter("partNumber").map(Integer::parseInt).orElse(0);
  }

  /** The operation, by its name in S3's API. */
  public String operation() {
    boolean ofUpload = query.containsKey("uploadId");
    boolean uploads = query.containsKey("uploads");
    if (key().isEmpty()) {
      String get =
          bucket().isEmpty()
              ? "ListBuckets"
              : query.containsKey("policy")
                  ? "GetBucketPolicy"
                  : uploads ? "ListMultipartUploads" : "ListObjectsV2";
      return method.equals("GET") ? get : "?";
    }
    if (query.containsKey("tagging")) {
      return method.equals("PUT") ? "PutObjectTagging" : "GetObjectTagging";
    }
    return switch (method) {
      case "PUT" -> ofUpload ? "UploadPart" : "PutObject";
      case "POST" -> uploads ? "CreateMultipartUpload" : "CompleteMultipartUpload";
      case "DELETE" -> ofUpload ? "AbortMultipartUpload" : "DeleteObject";
      case "GET" -> ofUpload ? "ListParts" : "GetObject";
      case "HEAD" -> "HeadObject";
      default -> "?";
    };
  }

  /** Percent-decodes; a plus stays a plus, as S3 has it in paths and signatures. */
  static String decoded(String raw) {
    byte[] in = raw.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      boolean escape = in[i] == '%';
      out[length++] = escape ? (byte) HexFormat.fromHexDigits(raw(in, i + 1)) : in[i];
      i += escape ? 2 : 0;
    }
    return new String(out, 0, length, StandardCharsets.UTF_8);
  }

  private static String raw(byte[] in, int from) {
    return new String(in, from, 2, StandardCharsets.US_ASCII);
  }
}
