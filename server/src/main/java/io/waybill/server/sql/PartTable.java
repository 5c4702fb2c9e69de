package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Upload;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The SQL of the ledger. */
final class PartTable {
  /** How many rows are bound before they are sent: they lie in memory until then. */
  private static final int ROWS = 1_000;

  private PartTable() {}

  /** The sizes, in bytes, of those of the parts that are there. */
  static Map<Long, Long> sizes(Handle handle, Collection<Long> keys) {
    Map<Long, Long> sizes = new HashMap<>();
    List<Long> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += InList.MOST) {
      List<Long> some = all.subList(from, Math.min(from + InList.MOST, all.size()));
      var select =
          handle.createQuery("SELECT part_key, size_bytes FROM part WHERE part_key <in> (<keys>)");
      InList.bind(select, "keys", some)
          .map((row, context) -> Map.entry(row.getLong("part_key"), row.getLong("size_bytes")))
          .forEach(entry -> sizes.put(entry.getKey(), entry.getValue()));
    }
    return sizes;
  }

  /** Puts parts, in place of what was there. */
  static void put(Handle handle, Map<Long, Part> parts) {
    if (parts.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO part (part_key, size_bytes, etag, checksum, record_time)
            VALUES (:part_key, :size_bytes, :etag, :checksum, :record_time)
            ON CONFLICT (part_key) DO UPDATE SET
              size_bytes = excluded.size_bytes, etag = excluded.etag,
              checksum = excluded.checksum, record_time = excluded.record_time
            """);
    parts.forEach(
        (key, part) -> {
          batch
              .bind("part_key", (long) key)
              .bind("size_bytes", part.sizeBytes())
              .bind("etag", part.etag())
              .bind("checksum", Columns.bytes(part.checksum()))
              .bind("record_time", part.time().toEpochMilli())
              .add();
          if (batch.size() == ROWS) {
            batch.execute();
          }
        });
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  static void delete(Handle handle, Collection<Long> keys) {
    if (!keys.isEmpty()) {
      var delete = handle.createUpdate("DELETE FROM part WHERE part_key <in> (<keys>)");
      InList.bind(delete, "keys", keys).execute();
    }
  }

  static void deleteAll(Handle handle, Collection<Upload> uploads) {
    PreparedBatch delete =
        handle.prepareBatch("DELETE FROM part WHERE part_key BETWEEN :first AND :last");
    for (Upload upload : uploads) {
      delete
          .bind("first", PartKey.of(upload.number(), 0))
          .bind("last", PartKey.last(upload.number()))
          .add();
    }
    if (!uploads.isEmpty()) {
      delete.execute();
    }
  }

  /** The parts of an upload from after a part number on, ascending. */
  static List<Part> page(Handle handle, long uploadNo, int after, int most) {
    return handle
        .createQuery(
            """
            SELECT part_key, size_bytes, etag, checksum, record_time FROM part
            WHERE part_key > :after AND part_key <= :last
            ORDER BY part_key LIMIT :most
            """)
        .bind("after", PartKey.of(uploadNo, Math.min(after, S3Limits.MAX_PARTS)))
        .bind("last", PartKey.last(uploadNo))
        .bind("most", most)
        .map((row, context) -> part(row))
        .list();
  }

  static BitSet numbers(Handle handle, long uploadNo) {
    BitSet numbers = new BitSet();
    handle
        .createQuery("SELECT part_key FROM part WHERE part_key BETWEEN :first AND :last")
        .bind("first", PartKey.of(uploadNo, 0))
        .bind("last", PartKey.last(uploadNo))
        .map((row, context) -> PartKey.partNumber(row.getLong("part_key")))
        .forEach(numbers::set);
    return numbers;
  }

  private static Part part(ResultSet row) throws SQLException {
    return new Part(
        PartKey.partNumber(row.getLong("part_key")),
        row.getLong("size_bytes"),
        row.getString("etag"),
        Columns.checksum(row, "checksum"),
        Columns.time(row, "record_time"));
  }

  static List<Long> keys(long uploadNo, Collection<Integer> partNumbers) {
    List<Long> keys = new ArrayList<>(partNumbers.size());
    partNumbers.forEach(number -> keys.add(PartKey.of(uploadNo, number)));
    return keys;
  }
}
