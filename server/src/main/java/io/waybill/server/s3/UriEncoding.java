package io.waybill.server.s3;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Percent-encoding as SigV4 wants it: all but the unreserved characters, in UTF-8, upper case.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-2.3">RFC 3986: unreserved</a>
 */
final class UriEncoding {
  private static final char[] DIGITS = "0123456789ABCDEF".toCharArray();
  private static final BitSet UNRESERVED = new BitSet(128);

  static {
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
        .chars()
        .forEach(UNRESERVED::set);
  }

  private UriEncoding() {}

  /** For a parameter's value. */
  static String ofValue(String text) {
    return encode(text, false);
  }

  /** For a path: slashes stay. */
  static String ofPath(String text) {
    return encode(text, true);
  }

  private static String encode(String text, boolean keepSlashes) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder encoded = new StringBuilder(bytes.length + 16);
    for (byte b : bytes) {
      if (b >= 0 && (UNRESERVED.get(b) || (keepSlashes && b == '/'))) {
        encoded.append((char) b);
      } else {
        encoded.append('%').append(DIGITS[b >> 4 & 0xf]).append(DIGITS[b & 0xf]);
      }
    }
    return encoded.toString();
  }
}
