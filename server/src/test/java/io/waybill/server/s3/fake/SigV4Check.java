package io.waybill.server.s3.fake;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Verifies AWS Signature Version 4, in the Authorization header and in the query.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">S3:
 *     Authenticating requests, query parameters</a>
 */
final class SigV4Check {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final Duration MAX_SKEW = Duration.ofMinutes(15);
  private static final long MAX_EXPIRES_SECONDS = 7 * 24 * 3600;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String accessKey;
  private final String secretKey;
  private final String region;
  private final InstantSource clock;

  SigV4Check(String accessKey, String secretKey, String region, InstantSource clock) {
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.region = region;
    this.clock = clock;
  }

  /** What a signature says of itself. */
  private record Claim(
      String credential, String date, List<String> signedHeaders, String signature, String body) {}

  /** Throws what S3 would answer, where it would refuse. */
  void check(Call call) {
    boolean presigned = call.query().containsKey("X-Amz-Algorithm");
    Claim claim = presigned ? ofQuery(call) : ofHeader(call);
    String[] scope = claim.credential.split("/", -1);
    if (scope.length != 5 || !claim.date.startsWith(scope[1])) {
      throw new S3Error(400, "AuthorizationQueryParametersError", "malformed credential");
    }
    if (!scope[0].equals(accessKey)) {
      throw new S3Error(
          403,
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.");
    }
    if (!scope[2].equals(region) || !scope[3].equals("s3") || !scope[4].equals("aws4_request")) {
      throw new S3Error(
          400,
          "AuthorizationHeaderMalformed",
          "the region '" + scope[2] + "' is wrong; expecting '" + region + "'");
    }
    requireSigned(call, claim);
    if (!MessageDigest.isEqual(ascii(signature(call, claim, scope)), ascii(claim.signature))) {
      throw new S3Error(
          403,
          "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided. Check"
              + " your key and signing method.");
    }
  }

  private Claim ofQuery(Call call) {
    for (String name : List.of("Credential", "Date", "Expires", "SignedHeaders", "Signature")) {
      if (!call.query().containsKey("X-Amz-" + name)) {
        throw new S3Error(
            400, "AuthorizationQueryParametersError", "no X-Amz-" + name + " in the query");
      }
    }
    Map<String, String> query = call.query();
    long expires = Long.parseLong(query.getOrDefault("X-Amz-Expires", ""));
    if (expires < 1 || expires > MAX_EXPIRES_SECONDS) {
      throw new S3Error(
          400,
          "AuthorizationQueryParametersError",
          "X-Amz-Expires must be less than a week (in seconds)");
    }
    String date = query.getOrDefault("X-Amz-Date", "");
    Instant from = time(date);
    if (clock.instant().isAfter(from.plusSeconds(expires))) {
      throw new S3Error(403, "AccessDenied", "Request has expired");
    }
    if (clock.instant().plus(MAX_SKEW).isBefore(from)) {
      throw new S3Error(403, "AccessDenied", "Request is not valid yet");
    }
    return new Claim(
        query.getOrDefault("X-Amz-Credential", ""),
        date,
        List.of(query.getOrDefault("X-Amz-SignedHeaders", "").split(";")),
        query.getOrDefault("X-Amz-Signature", ""),
        "UNSIGNED-PAYLOAD");
  }

  private Claim ofHeader(Call call) {
    String authorization = call.header("authorization").orElse("");
    if (!authorization.startsWith(ALGORITHM + " ")) {
      throw new S3Error(403, "AccessDenied", "Access Denied");
    }
    Map<String, String> fields =
        Arrays.stream(authorization.substring(ALGORITHM.length()).split(","))
            .map(field -> field.trim().split("=", 2))
            .collect(Collectors.toMap(field -> field[0], field -> field[1]));
    String date = call.header("x-amz-date").orElse("");
    if (Duration.between(time(date), clock.instant()).abs().compareTo(MAX_SKEW) > 0) {
      throw new S3Error(
          403,
          "RequestTimeTooSkewed",
          "The difference between the request time and the current time is too large.");
    }
    return new Claim(
        fields.getOrDefault("Credential", ""),
        date,
        List.of(fields.getOrDefault("SignedHeaders", "").split(";")),
        fields.getOrDefault("Signature", ""),
        bodyHash(call));
  }

  private static String bodyHash(Call call) {
    String claimed = call.header("x-amz-content-sha256").orElse("");
    if (claimed.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER")) {
      return claimed;
    }
    if (claimed.startsWith("STREAMING-")) {
      throw new S3Error(501, "NotImplemented", "the fake does not read signed chunks");
    }
    if (!claimed.equals("UNSIGNED-PAYLOAD") && !claimed.equals(hex(call.body()))) {
      throw new S3Error(
          400,
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
    return claimed;
  }

  private static void requireSigned(Call call, Claim claim) {
    for (String name : call.headers().keySet()) {
      String lower = name.toLowerCase(java.util.Locale.ROOT);
      boolean must = lower.startsWith("x-amz-") || lower.equals("host");
      if (must && !claim.signedHeaders.contains(lower)) {
        throw new S3Error(
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed: " + lower);
      }
    }
  }

  private String signature(Call call, Claim claim, String[] scope) {
    String canonical =
        String.join(
            "\n",
            call.method(),
            encoded(Call.decoded(call.rawPath()), true),
            canonicalQuery(call.query()),
            canonicalHeaders(call, claim.signedHeaders),
            String.join(";", claim.signedHeaders),
            claim.body);
    String toSign =
        String.join(
            "\n",
            ALGORITHM,
            claim.date,
            String.join("/", Arrays.asList(scope).subList(1, 5)),
            hex(canonical.getBytes(StandardCharsets.UTF_8)));
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String word : Arrays.asList(scope).subList(1, 5)) {
      key = hmac(key, word);
    }
    return HexFormat.of().formatHex(hmac(key, toSign));
  }

  private static String canonicalQuery(Map<String, String> query) {
    TreeMap<String, String> encoded = new TreeMap<>();
    query.forEach((name, value) -> encoded.put(encoded(name, false), encoded(value, false)));
    encoded.remove("X-Amz-Signature");
    return encoded.entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining("&"));
  }

  private static String canonicalHeaders(Call call, List<String> signed) {
    StringBuilder lines = new StringBuilder();
    for (String name : signed) {
      String value = call.header(name).orElse("").trim().replaceAll(" +", " ");
      lines.append(name).append(':').append(value).append('\n');
    }
    return lines.toString();
  }

  static String encoded(String text, boolean keepSlash) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean plain =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || "-._~".indexOf(c) >= 0
              || (keepSlash && c == '/');
      if (plain) {
        out.append(c);
      } else {
        out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return out.toString();
  }

  private static Instant time(String date) {
    try {
      return LocalDateTime.parse(date, DATE).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException e) {
      throw new S3Error(403, "AccessDenied", "AWS authentication requires a valid date");
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(Sums.of("sha256", bytes));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }
}
