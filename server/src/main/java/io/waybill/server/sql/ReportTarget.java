package io.waybill.server.sql;

import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Where the reports of a commit go: into the ledger at once, or into a journal first and into the
 * ledger later ({@link ReportJournal}). What this says by default is true where nothing lies
 * between.
 *
 * <p>All but {@link #unfolded} belongs to the writer's thread. Each of its transactions begins with
 * {@link #begin}, and ends with {@link #committed}, without which nothing of it counts.
 */
interface ReportTarget {

  /** Writes reports of sessions whose rows are locked; once in a transaction. */
  void append(Handle handle, List<LedgerWrite> reports);

  /** What may not be in the ledger; for readers, to be taken before they read the database. */
  default Unfolded unfolded() {
    return Unfolded.NOTHING;
  }

  /** What may not be in the ledger, with what this transaction has written; for the writer. */
  default Unfolded unfoldedHere() {
    return Unfolded.NOTHING;
  }

  /** Whether no more reports are to be taken. */
  default boolean isFull() {
    return false;
  }

  default void begin(Handle handle) {}

  /** What this transaction did counts. */
  default void committed() {}

  /** Puts all that there is of an upload into the ledger, before something is done to that. */
  default void fold(Handle handle, long uploadNo) {}

  /** Whether enough has come to {@link #foldSome}. */
  default boolean isFoldingDue() {
    return false;
  }

  /** Whether the ledger has all. */
  default boolean isEmpty() {
    return true;
  }

  /** Puts some of what there is into the ledger. */
  default void foldSome(Handle handle) {}
}
