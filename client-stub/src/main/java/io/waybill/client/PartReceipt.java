package io.waybill.client;

import java.util.Base64;
import java.util.List;

/**
 * What S3 said of a part it took, as far as it can be reported. The server would refuse the rest;
 * the part is there all the same, and Complete asks S3 what it is.
 */
final class PartReceipt {

  private static final int MAX_ETAG_CHARS = 128;

  private final String etag;
  private final byte[] checksum;

  private PartReceipt(String etag, byte[] checksum) {
    this.etag = etag;
    this.checksum = checksum;
  }

  /**
   * Reads an answer.
   *
   * @param names the headers to report
   * @param checksumBytes how long a checksum of the upload's algorithm is
   */
  static PartReceipt of(PutReply reply, List<String> names, int checksumBytes) {
    String etag = "";
    byte[] checksum = new byte[0];
    for (String name : names) {
      String value = reply.headers().firstValue(name).orElse("");
      if (name.equalsIgnoreCase("etag")) {
        etag = reportable(value) ? strong(value) : "";
      } else if (name.startsWith("x-amz-checksum-")) {
        checksum = decoded(value, checksumBytes);
      }
    }
    return new PartReceipt(etag, checksum);
  }

  /** S3 gives no weak ETags: the mark is a proxy's, which touched the answer on its way. */
  private static String strong(String etag) {
    return etag.startsWith("W/\"") ? etag.substring(2) : etag;
  }

  private static boolean reportable(String etag) {
    return etag.length() <= MAX_ETAG_CHARS && etag.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  private static byte[] decoded(String base64, int lengthBytes) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      return bytes.length == lengthBytes ? bytes : new byte[0];
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /**
   * As S3 gave it, in quotes, without {@code W/}; empty where it gave none, or one that cannot be
   * reported.
   */
  String etag() {
    return etag;
  }

  /** Raw bytes; none where S3 gave none, or one that cannot be reported. */
  byte[] checksum() {
    return checksum;
  }
}
