package io.waybill.server.upload;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * A session's id: a UUID of version 7 of its creation, in the canonical form, so that ids sort by
 * age. It is a whole segment of the S3 key, which is how an orphan is told from a stranger's
 * object.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7">RFC 9562</a>
 */
public record UploadId(UUID uuid) implements Comparable<UploadId> {

  /** 48 bits: the year 10889. */
  private static final long MAX_MILLIS = (1L << 48) - 1;

  public UploadId {
    if (uuid.version() != 7 || uuid.variant() != 2) {
      throw new IllegalArgumentException("not a UUID of version 7: " + uuid);
    }
  }

  /** An id of a session that is made at this time, to the millisecond. */
  public static UploadId of(Instant createTime, RandomGenerator random) {
    return of(createTime.toEpochMilli(), random.nextInt(1 << 12), random.nextLong() >>> 2);
  }

  /** The first id that a session made at this time, or later, can have. */
  public static UploadId firstOf(Instant createTime) {
    Instant believable = createTime.isBefore(Instant.EPOCH) ? Instant.EPOCH : createTime;
    boolean everLater = believable.getEpochSecond() > MAX_MILLIS / 1_000;
    return of(everLater ? MAX_MILLIS : believable.toEpochMilli(), 0, 0);
  }

  private static UploadId of(long millis, int random12, long random62) {
    return new UploadId(new UUID(millis << 16 | 0x7000 | random12, random62 | 1L << 63));
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

  /** By age, as databases compare the text: {@link UUID} itself takes the bits for signed. */
  @Override
  public int compareTo(UploadId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return uuid.toString();
  }
}
