package io.waybill.server.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Fills a {@link PutTemplate} and signs it. The holes stand late in the canonical request: all
 * before the first one is hashed once, and so is the beginning of the string to sign. That leaves
 * each URL about nine blocks of SHA-256.
 *
 * <p>Not thread-safe: it has buffers of its own.
 */
final class PresignedPut {
  /** A part number, a length, and the Base64 of a SHA-256. */
  private static final int MAX_FILLED_BYTES = 5 + 19 + 44;

  private final String urlHead;
  private final @Nullable String urlTail;

  private final MessageDigest canonicalHead;
  private final byte[][] canonicalRest;

  private final MessageDigest innerHead;
  private final MessageDigest outerHead;

  private final byte[] text;
  private final byte[] hash = new byte[Sha256.LENGTH_BYTES];
  private final byte[] hex = new byte[Sha256.HEX_CHARS];

  PresignedPut(PutTemplate template, SigningKey key) {
    String[] url = template.url().split(PutTemplate.HOLE, -1);
    urlHead = url[0];
    urlTail = url.length == 1 ? null : url[1];

    String[] canonical = template.canonical().split(PutTemplate.HOLE, -1);
    canonicalHead = Sha256.create();
    canonicalHead.update(canonical[0].getBytes(US_ASCII));
    canonicalRest = new byte[canonical.length - 1][];
    int restBytes = 0;
    for (int i = 0; i < canonicalRest.length; i++) {
      canonicalRest[i] = canonical[i + 1].getBytes(US_ASCII);
      restBytes += canonicalRest[i].length;
    }
    text = new byte[restBytes + MAX_FILLED_BYTES];

    innerHead = key.innerAfter(template.toSign());
    outerHead = key.outer();
  }

  /**
   * One signed URL.
   *
   * @param checksum in Base64; given if and only if the template has it
   */
  String url(int partNumber, long sizeBytes, @Nullable String checksum) {
    int hole = 0;
    int end = 0;
    if (urlTail != null) {
      end = decimal(partNumber, end);
      end = copy(canonicalRest[hole++], end);
    }
    end = decimal(sizeBytes, end);
    end = copy(canonicalRest[hole++], end);
    if (checksum != null) {
      end = copy(checksum.getBytes(US_ASCII), end);
      end = copy(canonicalRest[hole], end);
    }
    String signature = sign(end);
    return urlTail == null ? urlHead + signature : urlHead + partNumber + urlTail + signature;
  }

  private String sign(int textBytes) {
    MessageDigest canonical = Sha256.fork(canonicalHead);
    canonical.update(text, 0, textBytes);
    Sha256.finish(canonical, hash);
    Sha256.hex(hash, hex);

    MessageDigest inner = Sha256.fork(innerHead);
    inner.update(hex, 0, hex.length);
    Sha256.finish(inner, hash);

    MessageDigest outer = Sha256.fork(outerHead);
    outer.update(hash, 0, hash.length);
    Sha256.finish(outer, hash);
    Sha256.hex(hash, hex);
    return new String(hex, ISO_8859_1);
  }

  private int copy(byte[] piece, int at) {
    System.arraycopy(piece, 0, text, at, piece.length);
    return at + piece.length;
  }

  /** Writes a number that is not negative. */
  private int decimal(long number, int at) {
    int end = at + 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      end++;
    }
    long rest = number;
    for (int i = end - 1; i >= at; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return end;
  }
}
