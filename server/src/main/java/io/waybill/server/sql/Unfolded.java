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

  /** How many reports there are of an upload, those included that the ledger has. */
  int count(long uploadNo) {
    return newestFirst.stream().mapToInt(generation -> generation.count(uploadNo)).sum();
  }

  /**
   * A report in the journal. It is taken apart when it is needed: there are many.
   *
   * @param seq the journal's row
   * @param before the upload's report before this one in the same generation
   * @param count how many that makes, with this one
   */
  record Report(long seq, ReportBatch batch, int offset, @Nullable Report before, int count) {
    static Report after(@Nullable Report before, long seq, ReportBatch batch, int offset) {
      return new Report(seq, batch, offset, before, before == null ? 1 : before.count + 1);
    }

    private boolean isAtOrAfter(long otherSeq, int otherOffset) {
      return seq > otherSeq || (seq == otherSeq && offset >= otherOffset);
    }

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

    /** Takes a row in, or what is left of it where that was broken off before. */
    void add(long seq, ReportBatch batch) {
      int count = 0;
      for (int at = batch.first(); at < batch.end(); at = batch.after(at)) {
        long uploadNo = batch.uploadNo(at);
        Report before = latest.get(uploadNo);
        if (before == null || !before.isAtOrAfter(seq, at)) {
          latest.put(uploadNo, Report.after(before, seq, batch, at));
        }
        count++;
      }
      if (seq > lastSeq) {
        lastSeq = seq;
        size.addAndGet(count); // last: whoever sees an empty one has missed nothing
      }
    }

    private int count(long uploadNo) {
      Report report = latest.get(uploadNo);
      return report == null ? 0 : report.count;
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
