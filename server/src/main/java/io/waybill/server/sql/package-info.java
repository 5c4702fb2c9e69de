/**
 * The {@link io.waybill.server.upload.UploadStore} on SQL: Jdbi, Flyway's migrations, and the queue
 * that commits many calls at once.
 *
 * <p>{@link io.waybill.server.sql.JdbiUploadStore} is the way in. Reads go to a small pool; every
 * write goes through {@link io.waybill.server.sql.CommitQueue}, the one writer. What an engine does
 * in its own way stands behind {@link io.waybill.server.sql.Database}; the SQL is one for all but
 * for the words of its {@link io.waybill.server.sql.Dialect}. On SQLite reports go through {@link
 * io.waybill.server.sql.ReportJournal}, on PostgreSQL straight into the ledger; there replicas
 * write at once, and lock rows in the order of {@link io.waybill.server.sql.RowLocks}.
 *
 * <p>What must not live here: decisions about uploads. This package compares and sets.
 */
@NullMarked
package io.waybill.server.sql;

import org.jspecify.annotations.NullMarked;
