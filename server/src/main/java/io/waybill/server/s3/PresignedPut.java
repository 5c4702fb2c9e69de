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
  private static final int MAX_NUMBER_CHARS = 5;
  private static final int MAX_LENGTH_CHARS = 19;

  /** The Base64 of a SHA-256. */
  private static final int MAX_CHECKSUM_CHARS = 44;

  private final String urlHead;
  private final @Nullable String urlTail;

  private final MessageDigest canonicalHead;
  private final byte[][] canonicalRest;

  private final MessageDigest innerHead;
  private final MessageDigest outerHead;

  /** The canonical request's end: the part number to the right of its place, then the rest. */
  private final byte[] text;

  private int textEnd;

  /** The length that the text was filled with last; none where a checksum went with it. */
  private long filledBytes = -1;

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
    text = new byte[restBytes + MAX_NUMBER_CHARS + MAX_LENGTH_CHARS + MAX_CHECKSUM_CHARS];

    innerHead = key.innerAfter(template.toSign());
    outerHead = key.outer();
  }

  /**
   * One signed URL.
   *
   * @param checksum in Base64; given if and only if the template has it
   */
  String url(int partNumber, long sizeBytes, @Nullable String checksum) {
    if (sizeBytes != filledBytes || checksum != null) {
      fill(sizeBytes, checksum);
    }
    if (urlTail == null) {
      return urlHead + sign(MAX_NUMBER_CHARS);
    }
    return urlHead + partNumber + urlTail + sign(decimalBefore(MAX_NUMBER_CHARS, partNumber));
  }

  private void fill(long sizeBytes, @Nullable String checksum) {
    int next = 0;
    textEnd = MAX_NUMBER_CHARS;
    if (urlTail != null) {
      append(canonicalRest[next++]);
    }
    append(Long.toString(sizeBytes).getBytes(US_ASCII));
    append(canonicalRest[next++]);
    if (checksum != null) {
      append(checksum.getBytes(US_ASCII));
      append(canonicalRest[next]);
    }
    filledBytes = checksum == null ? sizeBytes : -1;
  }

  private String sign(int textBegin) {
    MessageDigest canonical = Sha256.fork(canonicalHead);
    canonical.update(text, textBegin, textEnd - textBegin);
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

  private void append(byte[] piece) {
    System.arraycopy(piece, 0, text, textEnd, piece.length);
    textEnd += piece.length;
  }

  /** Writes a positive number, and returns where it begins. */
  private int decimalBefore(int end, int number) {
    int begin = end;
    for (int rest = number; rest > 0; rest /= 10) {
      text[--begin] = (byte) ('0' + rest % 10);
    }
    return begin;
  }
}
