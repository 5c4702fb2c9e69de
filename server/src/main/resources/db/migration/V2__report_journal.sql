-- Reports are durable in the journal first: one row per commit, so that a commit writes a page or
-- two, wherever in the ledger its parts belong. Later they are folded into the ledger, many of one
-- upload at once. See ReportJournal.
--   ${journal_seq}  an integer primary key that is never given twice

CREATE TABLE report_journal (
  seq     ${journal_seq},
  reports ${bytes} NOT NULL -- see ReportBatch
);

-- What the journal has of this upload up to here is in the ledger and the counts.
ALTER TABLE upload ADD COLUMN folded_seq BIGINT DEFAULT 0 NOT NULL;
