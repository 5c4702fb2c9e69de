package io.waybill.server.sql;

import java.util.List;
import java.util.function.LongToIntFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Makes reports durable by one row per commit, and folds them into the ledger later.
 *
 * <p>The parts of ten thousand uploads belong to ten thousand places of the ledger's tree: to put a
 * hundred reports there costs a commit two hundred pages. In the journal they take two, and folding
 * finds several reports of each upload and neighbours in a row. The truth is in the database alone:
 * the journal's rows, and each upload's {@code folded_seq}, up to which the ledger has them. What
 * is in memory saves reading the journal, and is compared with {@code folded_seq} by whoever reads
 * or folds. So a process that dies, or another one that writes, is nothing special.
 */
final class ReportJournal implements ReportTarget {
  /** How many reports fill a generation: of about 100 bytes in memory each, and there are two. */
  private static final int GENERATION = 50_000;

  /** After how many reports some are folded. */
  private static final int SLICE = 1_000;

  /** Where folding fails, for whatever reason, reporting has to end too. */
  private static final int MOST = 4 * GENERATION;

  private final int generation;
  private final int slice;
  private Unfolded.Generation filling = new Unfolded.Generation();
  private Unfolded.Generation folding = new Unfolded.Generation();
  private volatile Unfolded unfolded = new Unfolded(List.of(filling, folding));
  private long lastSeq;
  private int sinceSlice;

  /** The uploads to fold, ascending, and how many of them are. */
  private List<Long> toFold = List.of();

  private int foldedUploads;

  // What the transaction under way has done.
  private long stagedSeq;
  private @Nullable ReportBatch staged;
  private int foldedThen;

  ReportJournal() {
    this(GENERATION, SLICE);
  }

  ReportJournal(int generation, int slice) {
    this.generation = generation;
    this.slice = slice;
  }

  @Override
  public Unfolded unfolded() {
    Unfolded now = unfolded;
    return now.isEmpty() ? Unfolded.NOTHING : now; // which stays empty, as a generation does not
  }

  @Override
  public boolean isFull() {
    return unfolded.newestFirst().stream().mapToInt(Unfolded.Generation::size).sum() >= MOST;
  }

  /** Takes in what another process wrote, and a commit of one's own whose answer was lost. */
  @Override
  public void begin(Handle handle) {
    staged = null;
    foldedThen = foldedUploads;
    handle
        .createQuery("SELECT seq, reports FROM report_journal WHERE seq > :last ORDER BY seq")
        .bind("last", lastSeq)
        .map((row, context) -> new Row(row.getLong("seq"), ReportBatch.of(row.getBytes("reports"))))
        .forEach(row -> publish(row.seq, row.batch));
  }

  private record Row(long seq, ReportBatch batch) {}

  @Override
  public void append(Handle handle, List<LedgerWrite> reports) {
    ReportBatch batch = ReportBatch.of(reports);
    stagedSeq =
        handle
            .createUpdate("INSERT INTO report_journal (reports) VALUES (:reports)")
            .bind("reports", batch.toBytes())
            .executeAndReturnGeneratedKeys("seq")
            .mapTo(Long.class)
            .one();
    staged = batch;
  }

  @Override
  public Unfolded unfoldedHere() {
    if (staged == null) {
      return unfolded();
    }
    Unfolded.Generation here = new Unfolded.Generation();
    here.add(stagedSeq, staged);
    return new Unfolded(List.of(here, filling, folding));
  }

  @Override
  public void fold(Handle handle, long uploadNo) {
    Folding.run(handle, unfoldedHere(), List.of(uploadNo), staged == null ? lastSeq : stagedSeq);
  }

  @Override
  public boolean isFoldingDue() {
    return sinceSlice >= slice && (folding.size() > 0 || filling.size() >= generation);
  }

  @Override
  public boolean isEmpty() {
    return filling.size() == 0 && folding.size() == 0;
  }

  /** Folds the reports of the next few uploads; of a new generation, once the old one is done. */
  @Override
  public void foldSome(Handle handle) {
    if (folding.size() == 0) {
      List<Long> uploads = filling.uploads();
      show(new Unfolded.Generation(), filling);
      toFold = uploads;
      foldedUploads = 0;
    }
    sinceSlice = 0;
    // More than have come, so that all is folded before the next generation is full.
    foldedThen = sliceEnd(toFold, foldedUploads, unfolded::count, slice * 3 / 2 + 1);
    Folding.run(handle, unfolded, toFold.subList(foldedUploads, foldedThen), lastSeq);
    if (foldedThen == toFold.size()) {
      handle
          .createUpdate("DELETE FROM report_journal WHERE seq <= :last")
          .bind("last", folding.lastSeq())
          .execute();
    }
  }

  /** Where a slice ends: after so many reports, but at the end of an upload's. */
  static int sliceEnd(List<Long> uploads, int from, LongToIntFunction reports, int most) {
    int end = from;
    for (int sum = 0; end < uploads.size() && sum < most; end++) {
      sum += reports.applyAsInt(uploads.get(end));
    }
    return end;
  }

  /** What this transaction did counts. Where this fails, it is found by {@link #begin}. */
  @Override
  public void committed() {
    if (staged != null) {
      publish(stagedSeq, staged);
      staged = null;
    }
    if (folding.size() > 0 && foldedThen == toFold.size()) {
      show(filling, new Unfolded.Generation());
    }
    foldedUploads = foldedThen;
  }

  private void publish(long seq, ReportBatch batch) {
    int before = filling.size();
    filling.add(seq, batch);
    sinceSlice += filling.size() - before;
    lastSeq = seq;
  }

  /** All at once, or, where memory ends, nothing: what is acknowledged must never be missing. */
  private void show(Unfolded.Generation nextFilling, Unfolded.Generation nextFolding) {
    Unfolded next = new Unfolded(List.of(nextFilling, nextFolding));
    filling = nextFilling;
    folding = nextFolding;
    unfolded = next;
  }
}
