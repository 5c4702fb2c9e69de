package io.waybill.server.sql;

import java.time.Clock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What the store needs of a database engine and each engine does in its own way. The schema stands
 * when it is open; closing it closes every connection. Each Jdbi and each writer speaks the
 * engine's {@link Dialect}.
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

  Fault fault(Throwable failure);

  /** Whether other servers may work on it, so that rows have to be locked in an order. */
  boolean isShared();

  /** Where reports go. */
  ReportTarget newReportTarget();

  /** The time that leases and ends of sessions are reckoned in, one for all who share it. */
  Clock clock();

  @Override
  void close();
}
