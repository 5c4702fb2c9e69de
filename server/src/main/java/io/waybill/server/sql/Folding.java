package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Upload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Ledger and journal together, as one: for readers in memory, and for good. Each in one
 * transaction, so that the rows and their {@code folded_seq} belong together.
 */
final class Folding {
  private final Handle handle;
  private final Unfolded unfolded;
  private final NavigableMap<Long, Part> parts = new TreeMap<>();
  private final Map<Long, Reports> reports = new HashMap<>();

  /** How many reports of an upload are not in its row, and when the last one was made. */
  private record Reports(int count, Instant last) {}

  private Folding(Handle handle, Unfolded unfolded) {
    this.handle = handle;
    this.unfolded = unfolded;
  }

  /** Puts the reports of these uploads into the ledger; those of uploads that are gone are left. */
  static void run(Handle handle, Unfolded unfolded, Collection<Long> uploadNos, long seq) {
    Folding folding = new Folding(handle, unfolded);
    folding.foldedSeqs(uploadNos).forEach(folding::take);
    if (!folding.reports.isEmpty()) {
      Counts counts = Counts.ofPutting(handle, folding.parts);
      PartTable.put(handle, folding.parts);
      folding.touch(counts, seq);
    }
  }

  /** The rows as they would be if all were folded. */
  static List<Upload> whole(Handle handle, Unfolded unfolded, List<StoredUpload> rows) {
    Folding folding = new Folding(handle, unfolded);
    rows.forEach(row -> folding.take(row.upload().number(), row.foldedSeq()));
    if (folding.reports.isEmpty()) {
      return rows.stream().map(StoredUpload::upload).toList();
    }
    Counts counts = Counts.ofPutting(handle, folding.parts);
    return rows.stream().map(row -> folding.whole(row.upload(), counts)).toList();
  }

  /** {@link PartTable#page}, as it would be if all were folded. */
  static List<Part> page(Handle handle, Unfolded unfolded, long uploadNo, int after, int most) {
    Folding folding = of(handle, unfolded, uploadNo);
    NavigableMap<Integer, Part> page = new TreeMap<>();
    PartTable.page(handle, uploadNo, after, most).forEach(part -> page.put(part.number(), part));
    folding.parts.values().stream()
        .filter(part -> part.number() > after)
        .forEach(part -> page.put(part.number(), part));
    return page.values().stream().limit(most).toList();
  }

  /** {@link PartTable#numbers}, likewise. */
  static BitSet numbers(Handle handle, Unfolded unfolded, long uploadNo) {
    BitSet numbers = PartTable.numbers(handle, uploadNo);
    of(handle, unfolded, uploadNo).parts.values().forEach(part -> numbers.set(part.number()));
    return numbers;
  }

  /** The revisions of the rows as they would be if all were folded. */
  static Map<Long, Long> revisions(Handle handle, Unfolded unfolded, Collection<Long> uploadNos) {
    Map<Long, Long> revisions = new HashMap<>();
    var select =
        handle.createQuery(
            """
            SELECT upload_no, revision, folded_seq FROM upload WHERE upload_no <in> (<numbers>)
            """);
    InList.bind(select, "numbers", uploadNos)
        .map(
            (row, context) -> {
              long uploadNo = row.getLong("upload_no");
              int more = unfolded.of(uploadNo, row.getLong("folded_seq")).size();
              return Map.entry(uploadNo, row.getLong("revision") + more);
            })
        .forEach(row -> revisions.put(row.getKey(), row.getValue()));
    return revisions;
  }

  private static Folding of(Handle handle, Unfolded unfolded, long uploadNo) {
    Folding folding = new Folding(handle, unfolded);
    if (!unfolded.isEmpty()) {
      folding.foldedSeqs(List.of(uploadNo)).forEach(folding::take);
    }
    return folding;
  }

  private Map<Long, Long> foldedSeqs(Collection<Long> uploadNos) {
    Map<Long, Long> seqs = new TreeMap<>();
    var select =
        handle.createQuery(
            """
            SELECT upload_no, folded_seq FROM upload WHERE upload_no <in> (<numbers>)
            ORDER BY upload_no
            """);
    InList.bind(select, "numbers", uploadNos)
        .map((row, context) -> Map.entry(row.getLong("upload_no"), row.getLong("folded_seq")))
        .forEach(row -> seqs.put(row.getKey(), row.getValue()));
    return seqs;
  }

  private void take(long uploadNo, long foldedSeq) {
    for (Unfolded.Report report : unfolded.of(uploadNo, foldedSeq)) {
      Part part = report.part();
      parts.put(PartKey.of(uploadNo, part.number()), part);
      reports.merge(uploadNo, new Reports(1, part.time()), Folding::plus);
    }
  }

  private static Reports plus(Reports a, Reports b) {
    return new Reports(a.count + b.count, a.last.isAfter(b.last) ? a.last : b.last);
  }

  private Upload whole(Upload row, Counts counts) {
    Reports more = reports.get(row.number());
    if (more == null) {
      return row;
    }
    return new Upload(
        row.number(),
        row.spec(),
        row.progress(),
        row.expireTime(),
        row.urlEnd(),
        row.uploadedParts() + counts.parts(row.number()),
        row.uploadedBytes() + counts.bytes(row.number()),
        more.last.isAfter(row.updateTime()) ? more.last : row.updateTime(),
        row.revision() + more.count);
  }

  private void touch(Counts counts, long seq) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE upload SET
              uploaded_parts = uploaded_parts + :parts, uploaded_bytes = uploaded_bytes + :bytes,
              update_time = CASE WHEN update_time < :last THEN :last ELSE update_time END,
              revision = revision + :reports, folded_seq = :seq
            WHERE upload_no = :upload_no
            """);
    List<Long> ascending = new ArrayList<>(new TreeMap<>(reports).keySet());
    for (long uploadNo : ascending) {
      Reports more = reports.getOrDefault(uploadNo, new Reports(0, Instant.EPOCH));
      batch
          .bind("upload_no", uploadNo)
          .bind("parts", counts.parts(uploadNo))
          .bind("bytes", counts.bytes(uploadNo))
          .bind("last", more.last.toEpochMilli())
          .bind("reports", more.count)
          .bind("seq", seq)
          .add();
    }
    batch.execute();
  }
}
