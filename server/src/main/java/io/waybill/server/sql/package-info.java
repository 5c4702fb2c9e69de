/**
 * The {@link io.waybill.server.upload.UploadStore} on SQL: Jdbi, Flyway's migrations, and the queue
 * that commits many calls at once.
 *
 * <p>{@link io.waybill.server.sql.JdbiUploadStore} is the way in. Reads go to a small pool; every
 * write goes through {@link io.waybill.server.sql.CommitQueue}, the one writer. What an engine does
 * in its own way stands behind {@link io.waybill.server.sql.Database}; the SQL is one for all.
 *
 * <p>What must not live here: decisions about uploads. This package compares and sets.
 */
@NullMarked
package io.waybill.server.sql;

import org.jspecify.annotations.NullMarked;
