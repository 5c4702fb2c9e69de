package io.waybill.server.sql;

import io.waybill.server.upload.Checksum;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How values stand in columns: times as milliseconds since 1970, cut down. */
final class Columns {
  private Columns() {}

  static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  static byte @Nullable [] bytes(@Nullable Checksum checksum) {
    return checksum == null ? null : checksum.toBytes();
  }

  static Instant time(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  static @Nullable Checksum checksum(ResultSet row, String column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? null : Checksum.of(bytes);
  }
}
