package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the journal holds, by upload, in generations.
 *
 * <p>Nothing is taken out of a generation; it is let go as a whole when the ledger has all of it.
 * So who takes this before reading the database misses nothing that was durable then: it is here,
 * or the row's {@code folded_seq} says that the ledger has it, or both, and {@link #of} leaves out
 * what the ledger has.
 */
record Unfolded(List<Generation> newestFirst) {
  static final Unfolded NOTHING = new Unfolded(List.of());

  boolean isEmpty() {
    return newestFirst.stream().allMatch(generation -> generation.size() == 0);
  }

  /** The reports of an upload after {@code foldedSeq}, in their order. */
  List<Report> of(long uploadNo, long foldedSeq) {
    List<Report> reports = new ArrayList<>();
    newestFirst.forEach(generation -> generation.addTo(reports, uploadNo, foldedSeq));
    Collections.reverse(reports);
    return reports;
  }

  /**
   * A report in the journal. It is taken apart when it is needed: there are many.
   *
   * @param seq the journal's row
   * @param before the upload's report before this one in the same generation
   */
  record Report(long seq, ReportBatch batch, int offset, @Nullable Report before) {
    Part part() {
      return batch.part(offset);
    }
  }

  /** Filled by one thread; anybody may read. */
  static final class Generation {
    private final Map<Long, Report> latest = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile long lastSeq;

    int size() {
      return size.get();
    }

    /** The last row of the journal that is in here. */
    long lastSeq() {
      return lastSeq;
    }

    /** The uploads that have reports here, ascending. */
    List<Long> uploads() {
      return latest.keySet().stream().sorted().toList();
    }

    void add(long seq, ReportBatch batch) {
      int count = 0;
      for (int at = batch.first(); at < batch.end(); at = batch.after(at)) {
        long uploadNo = batch.uploadNo(at);
        latest.put(uploadNo, new Report(seq, batch, at, latest.get(uploadNo)));
        count++;
      }
      lastSeq = seq;
      size.addAndGet(count); // last: whoever sees an empty one has missed nothing
    }

    private void addTo(List<Report> reports, long uploadNo, long foldedSeq) {
      Report report = latest.get(uploadNo);
      while (report != null && report.seq > foldedSeq) {
        reports.add(report);
        report = report.before;
      }
    }
  }
}
