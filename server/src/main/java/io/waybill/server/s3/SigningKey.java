package io.waybill.server.s3;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key of one day, region and service, as the two halves of HMAC: hashes that have taken in the
 * inner and the outer pad already.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">AWS:
 *     Create a signed request, step 3</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc2104">RFC 2104: HMAC</a>
 */
final class SigningKey {
  private static final String HMAC = "HmacSHA256";
  private static final byte INNER_PAD = 0x36;
  private static final byte OUTER_PAD = 0x5c;

  private final String day;
  private final MessageDigest inner = Sha256.create();
  private final MessageDigest outer = Sha256.create();

  private SigningKey(String day, byte[] key) {
    this.day = day;
    inner.update(padded(key, INNER_PAD));
    outer.update(padded(key, OUTER_PAD));
  }

  static SigningKey of(String secretKey, String day, String region, String service) {
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String step : new String[] {day, region, service, "aws4_request"}) {
      key = hmac(key, step);
    }
    return new SigningKey(day, key);
  }

  boolean isOf(String otherDay) {
    return day.equals(otherDay);
  }

  /** The inner hash over the beginning of a message: fork it, and add the rest. */
  MessageDigest innerAfter(String beginning) {
    MessageDigest state = Sha256.fork(inner);
    state.update(beginning.getBytes(StandardCharsets.US_ASCII));
    return state;
  }

  /** The outer hash: fork it, and add the inner one. */
  MessageDigest outer() {
    return outer;
  }

  private static byte[] padded(byte[] key, byte pad) {
    byte[] block = Arrays.copyOf(key, Sha256.BLOCK_BYTES);
    for (int i = 0; i < block.length; i++) {
      block[i] ^= pad;
    }
    return block;
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HmacSHA256", e);
    }
  }
}
