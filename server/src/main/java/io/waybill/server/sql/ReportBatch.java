package io.waybill.server.sql;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.Part;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reports of one commit, as the journal keeps them: a version, then each report with its upload
 * (8 bytes), part number (2), size and time (8 each), ETag and checksum, both in UTF-8 or raw with
 * their length before them (1).
 */
final class ReportBatch {
  private static final byte VERSION = 1;

  /** The numbers and the two lengths. */
  private static final int FIXED_BYTES = 8 + 2 + 8 + 8 + 1 + 1;

  private final byte[] bytes;

  private ReportBatch(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes a row of the journal. */
  static ReportBatch of(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != VERSION) {
      throw new IllegalStateException("a row of report_journal that a newer Waybill wrote");
    }
    return new ReportBatch(bytes);
  }

  static ReportBatch of(List<LedgerWrite> reports) {
    ByteBuffer buffer = ByteBuffer.allocate(1 + reports.size() * (FIXED_BYTES + 2 * 255));
    buffer.put(VERSION);
    for (LedgerWrite report : reports) {
      if (report.part() != null) {
        write(buffer, report.uploadNo(), report.part());
      }
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return new ReportBatch(bytes);
  }

  byte[] toBytes() {
    return bytes;
  }

  /** Where the first report stands. */
  int first() {
    return 1;
  }

  /** Where the next report stands; where there is none, {@link #end}. */
  int after(int offset) {
    int etagAt = offset + FIXED_BYTES - 2;
    int checksumAt = etagAt + 1 + length(etagAt);
    return checksumAt + 1 + length(checksumAt);
  }

  int end() {
    return bytes.length;
  }

  long uploadNo(int offset) {
    return ByteBuffer.wrap(bytes).getLong(offset);
  }

  Part part(int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).position(offset + 8);
    int number = buffer.getShort();
    long sizeBytes = buffer.getLong();
    Instant time = Instant.ofEpochMilli(buffer.getLong());
    String etag = new String(field(buffer), StandardCharsets.UTF_8);
    byte[] checksum = field(buffer);
    return new Part(
        number, sizeBytes, etag, checksum.length == 0 ? null : Checksum.of(checksum), time);
  }

  private static void write(ByteBuffer buffer, long uploadNo, Part part) {
    buffer.putLong(uploadNo);
    buffer.putShort((short) part.number());
    buffer.putLong(part.sizeBytes());
    buffer.putLong(part.time().toEpochMilli());
    putField(buffer, part.etag().getBytes(StandardCharsets.UTF_8));
    putField(buffer, Columns.bytes(part.checksum()));
  }

  private static void putField(ByteBuffer buffer, byte @Nullable [] field) {
    int length = field == null ? 0 : field.length;
    if (length > 255) {
      throw new IllegalArgumentException("a field of " + length + " bytes");
    }
    buffer.put((byte) length);
    if (field != null) {
      buffer.put(field);
    }
  }

  private static byte[] field(ByteBuffer buffer) {
    byte[] field = new byte[buffer.get() & 0xff];
    buffer.get(field);
    return field;
  }

  private int length(int offset) {
    return bytes[offset] & 0xff;
  }
}
