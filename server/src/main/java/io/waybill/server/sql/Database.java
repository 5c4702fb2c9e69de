package io.waybill.server.sql;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What the store needs of a database engine and each engine does in its own way. The schema stands
 * when it is open; closing it closes every connection.
 *
 * <p>Each Jdbi and each writer defines {@code <for_update>}: what a SELECT says to lock its rows
 * until the transaction ends; nothing where a transaction has the database to itself.
 */
interface Database extends AutoCloseable {

  /** For reads, each on its own and seeing all that was committed before it began. */
  Jdbi readers();

  /** A new connection for writing, not in a transaction, which the caller closes. */
  Handle openWriter();

  /** Begins a transaction that reads what it will write. */
  void begin(Handle writer);

  void commit(Handle writer);

  void rollback(Handle writer);

  /** Whether the database is at fault and not the statement, so that trying the rest is useless. */
  boolean isUnavailable(Throwable failure);

  @Override
  void close();
}
