package io.waybill.server.s3.fake;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Checks a body against Content-MD5 and x-amz-checksum-*, as S3 does. */
final class BodyCheck {
  private static final String PREFIX = "x-amz-checksum-";

  private BodyCheck() {}

  /** Verifies the body; returns the algorithm of its checksum header, empty where it has none. */
  static String verify(Call call) {
    call.header("content-md5").ifPresent(md5 -> verifyMd5(call, md5));
    List<String> sent =
        Sums.ALGORITHMS.stream().filter(a -> call.header(PREFIX + a).isPresent()).toList();
    if (sent.size() > 1) {
      throw S3Error.invalidRequest(
          "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    }
    Optional<String> announced =
        call.header("x-amz-sdk-checksum-algorithm").map(a -> a.toLowerCase(Locale.ROOT));
    if (announced.isPresent() && !sent.contains(announced.get())) {
      throw S3Error.invalidRequest(
          "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or"
              + " x-amz-trailer headers were found.");
    }
    sent.forEach(algorithm -> verifyChecksum(call, algorithm));
    return sent.isEmpty() ? "" : sent.get(0);
  }

  private static void verifyMd5(Call call, String md5) {
    if (decodedLength(md5) != 16) {
      throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
    }
    if (!md5.equals(Sums.base64("md5", call.body()))) {
      throw new S3Error(
          400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
    }
  }

  private static void verifyChecksum(Call call, String algorithm) {
    String claimed = call.header(PREFIX + algorithm).orElse("");
    String computed = Sums.base64(algorithm, call.body());
    if (decodedLength(claimed) != decodedLength(computed)) {
      throw S3Error.invalidRequest("Value for " + PREFIX + algorithm + " header is invalid.");
    }
    if (!claimed.equals(computed)) {
      throw new S3Error(
          400,
          "BadDigest",
          "The "
              + algorithm.toUpperCase(Locale.ROOT)
              + " you specified did not match the calculated checksum.");
    }
  }

  private static int decodedLength(String base64) {
    try {
      return Base64.getDecoder().decode(base64).length;
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }
}
