package io.waybill.server.upload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A part, as it was reported or as S3 lists it.
 *
 * @param number 1 to 10,000
 * @param sizeBytes how many bytes it has
 * @param etag without quotes and {@code W/}; empty where it is not known
 * @param checksum null where there is none
 * @param time when it was recorded, or stored
 */
public record Part(
    int number, long sizeBytes, String etag, @Nullable Checksum checksum, Instant time) {

  /** Longer than any ETag a store has been seen to give. */
  public static final int MAX_ETAG_CHARS = 128;

  public Part {
    if (number < 1 || number > S3Limits.MAX_PARTS || sizeBytes < 0) {
      throw new IllegalArgumentException("not a part: " + number + " of " + sizeBytes + " bytes");
    }
    etag = unquoted(etag);
    if (etag.length() > MAX_ETAG_CHARS) {
      throw new IllegalArgumentException("an ETag of " + etag.length() + " characters");
    }
  }

  /**
   * An ETag as everything here holds it: without the quotes that HTTP puts around it, and without
   * the {@code W/} that a proxy puts before it. S3 itself gives no weak ETags.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3">RFC 9110, ETag</a>
   */
  public static String unquoted(String etag) {
    String strong = etag.startsWith("W/\"") ? etag.substring(2) : etag;
    boolean quoted = strong.length() >= 2 && strong.startsWith("\"") && strong.endsWith("\"");
    return quoted ? strong.substring(1, strong.length() - 1) : etag;
  }

  /**
   * Whether this and another account of the part may be of the same bytes: by the checksums where
   * both have one, else by the ETags, which a proxy may have changed on their way.
   */
  boolean agreesWith(Part other) {
    if (checksum != null && other.checksum() != null) {
      return checksum.equals(other.checksum());
    }
    return etag.isEmpty() || other.etag().isEmpty() || etag.equals(other.etag());
  }
}
