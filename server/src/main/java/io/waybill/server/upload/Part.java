package io.waybill.server.upload;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A part, as it was reported or as S3 lists it.
 *
 * @param number 1 to 10,000
 * @param sizeBytes how many bytes it has
 * @param etag without quotes; empty where it is not known
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

  /** An ETag as everything here holds it: without the quotes that HTTP puts around it. */
  public static String unquoted(String etag) {
    boolean quoted = etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"");
    return quoted ? etag.substring(1, etag.length() - 1) : etag;
  }
}
