package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Reports go into the ledger in the very transaction that makes them durable: three statements, of
 * arrays, however many there are.
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

  /** The counts are right because the sessions' rows are locked before old sizes are read. */
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
    Counts counts = Counts.ofPutting(handle, parts);
    put(handle, parts);
    touch(handle, touched, counts);
  }

  private static void put(Handle handle, NavigableMap<Long, Part> parts) {
    List<byte[]> checksums = new ArrayList<>(parts.size());
    parts.values().forEach(part -> checksums.add(Columns.bytes(part.checksum())));
    handle
        .createUpdate(
            """
            INSERT INTO part (part_key, size_bytes, etag, checksum, record_time)
            SELECT * FROM unnest(:part_keys, :sizes, :etags, :checksums, :record_times)
            ON CONFLICT (part_key) DO UPDATE SET
              size_bytes = excluded.size_bytes, etag = excluded.etag,
              checksum = excluded.checksum, record_time = excluded.record_time
            """)
        .bind("part_keys", SqlArray.ofLongs(parts.keySet()))
        .bind("sizes", SqlArray.ofLongs(parts.values().stream().map(Part::sizeBytes).toList()))
        .bind("etags", SqlArray.ofTexts(parts.values().stream().map(Part::etag).toList()))
        .bind("checksums", SqlArray.ofBytes(checksums))
        .bind(
            "record_times",
            SqlArray.ofLongs(
                parts.values().stream().map(part -> part.time().toEpochMilli()).toList()))
        .execute();
  }

  private static void touch(Handle handle, Map<Long, Touch> touched, Counts counts) {
    List<Long> moreParts = new ArrayList<>(touched.size());
    List<Long> moreBytes = new ArrayList<>(touched.size());
    for (long uploadNo : touched.keySet()) {
      moreParts.add((long) counts.parts(uploadNo));
      moreBytes.add(counts.bytes(uploadNo));
    }
    handle
        .createUpdate(
            """
            UPDATE upload SET
              uploaded_parts = uploaded_parts + more.parts,
              uploaded_bytes = uploaded_bytes + more.bytes,
              update_time = GREATEST(update_time, more.last_time),
              revision = revision + more.reports
            FROM unnest(:numbers, :parts, :bytes, :last_times, :reports)
              AS more (number, parts, bytes, last_time, reports)
            WHERE upload_no = more.number
            """)
        .bind("numbers", SqlArray.ofLongs(touched.keySet()))
        .bind("parts", SqlArray.ofLongs(moreParts))
        .bind("bytes", SqlArray.ofLongs(moreBytes))
        .bind(
            "last_times",
            SqlArray.ofLongs(touched.values().stream().map(Touch::lastMillis).toList()))
        .bind("reports", SqlArray.ofLongs(touched.values().stream().map(Touch::reports).toList()))
        .execute();
  }
}
