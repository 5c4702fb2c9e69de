package io.waybill.server.upload;

import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A session's id: a UUID of version 7 in its canonical form, so that ids sort by age. It is a whole
 * segment of the S3 key, which is how an orphan is told from a stranger's object.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7">RFC 9562</a>
 */
public record UploadId(UUID uuid) {

  public UploadId {
    if (uuid.version() != 7 || uuid.variant() != 2) {
      throw new IllegalArgumentException("not a UUID of version 7: " + uuid);
    }
  }

  public static UploadId next(Clock clock, RandomGenerator random) {
    long high = clock.millis() << 16 | 0x7000 | random.nextInt(1 << 12);
    long low = random.nextLong() >>> 2 | 1L << 63;
    return new UploadId(new UUID(high, low));
  }

  /** Reads the canonical form and no other. */
  public static Optional<UploadId> parse(String text) {
    if (text.length() != 36) {
      return Optional.empty();
    }
    try {
      UploadId id = new UploadId(UUID.fromString(text));
      return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
