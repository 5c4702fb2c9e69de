package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Reports go into the ledger in the very transaction that makes them durable: one statement, of
 * arrays, however many there are. Each round trip costs a batch as much as a dozen reports.
 *
 * <p>Not into a journal as on SQLite, whose reader has to be sure that a row he sees is the last
 * one before the next: PostgreSQL gives a sequence's numbers out in one order and commits in
 * another. And there is nothing to gain, since its log is written ahead already.
 */
final class DirectReports implements ReportTarget {

  /** What the counts and times of a session grow by. */
  private record Touch(long reports, long lastMillis) {
    static Touch by(LedgerWrite report) {
      return new Touch(1, report.now().toEpochMilli());
    }

    Touch plus(Touch other) {
      return new Touch(reports + other.reports, Math.max(lastMillis, other.lastMillis));
    }
  }

  @Override
  public void append(Handle handle, List<LedgerWrite> reports) {
    NavigableMap<Long, Part> parts = new TreeMap<>();
    NavigableMap<Long, Touch> touched = new TreeMap<>();
    for (LedgerWrite report : reports) {
      Part part = report.part();
      if (part != null) {
        parts.put(PartKey.of(report.uploadNo(), part.number()), part); // the last one wins
        touched.merge(report.uploadNo(), Touch.by(report), Touch::plus);
      }
    }
    put(handle, parts, touched);
  }

  /**
   * All parts of a statement see what was there before it. The old sizes are the last ones, since
   * the sessions' rows are locked.
   */
  private static void put(
      Handle handle, NavigableMap<Long, Part> parts, NavigableMap<Long, Touch> touched) {
    List<Part> values = List.copyOf(parts.values());
    List<byte[]> checksums = new ArrayList<>(values.size());
    values.forEach(part -> checksums.add(Columns.bytes(part.checksum())));
    handle
        .createUpdate(
            """
            WITH reported AS (
              SELECT * FROM unnest(
                  CAST(:part_keys AS BIGINT[]), CAST(:sizes AS BIGINT[]), CAST(:etags AS TEXT[]),
                  CAST(:checksums AS BYTEA[]), CAST(:record_times AS BIGINT[]))
                AS one (part_key, size_bytes, etag, checksum, record_time)
            ), more AS (
              SELECT
                reported.part_key >> :number_bits AS upload_no,
                COUNT(*) - COUNT(part.part_key) AS parts,
                CAST(SUM(reported.size_bytes - COALESCE(part.size_bytes, 0)) AS BIGINT) AS bytes
              FROM reported LEFT JOIN part ON part.part_key = reported.part_key
              GROUP BY 1
            ), put AS (
              INSERT INTO part (part_key, size_bytes, etag, checksum, record_time)
              SELECT * FROM reported
              ON CONFLICT (part_key) DO UPDATE SET
                size_bytes = excluded.size_bytes, etag = excluded.etag,
                checksum = excluded.checksum, record_time = excluded.record_time
            )
            UPDATE upload SET
              uploaded_parts = uploaded_parts + more.parts,
              uploaded_bytes = uploaded_bytes + more.bytes,
              update_time = GREATEST(update_time, touched.last_time),
              revision = revision + touched.reports
            FROM more JOIN unnest(
                  CAST(:numbers AS BIGINT[]), CAST(:last_times AS BIGINT[]),
                  CAST(:reports AS BIGINT[]))
                AS touched (upload_no, last_time, reports) ON touched.upload_no = more.upload_no
            WHERE upload.upload_no = more.upload_no
            """)
        .bind("part_keys", SqlArray.ofLongs(parts.keySet()))
        .bind("sizes", SqlArray.ofLongs(values.stream().map(Part::sizeBytes).toList()))
        .bind("etags", SqlArray.ofTexts(values.stream().map(Part::etag).toList()))
        .bind("checksums", SqlArray.ofBytes(checksums))
        .bind(
            "record_times",
            SqlArray.ofLongs(values.stream().map(part -> part.time().toEpochMilli()).toList()))
        .bind("number_bits", PartKey.BITS)
        .bind("numbers", SqlArray.ofLongs(touched.keySet()))
        .bind(
            "last_times",
            SqlArray.ofLongs(touched.values().stream().map(Touch::lastMillis).toList()))
        .bind("reports", SqlArray.ofLongs(touched.values().stream().map(Touch::reports).toList()))
        .execute();
  }
}
