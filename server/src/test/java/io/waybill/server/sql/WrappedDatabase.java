package io.waybill.server.sql;

import java.time.Clock;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** A database that does what another does, for tests to make it misbehave. */
class WrappedDatabase implements Database {
  private final Database inner;

  WrappedDatabase(Database inner) {
    this.inner = inner;
  }

  @Override
  public Jdbi readers() {
    return inner.readers();
  }

  @Override
  public Handle openWriter() {
    return inner.openWriter();
  }

  @Override
  public void begin(Handle writer) {
    inner.begin(writer);
  }

  @Override
  public void commit(Handle writer) {
    inner.commit(writer);
  }

  @Override
  public void rollback(Handle writer) {
    inner.rollback(writer);
  }

  @Override
  public Fault fault(Throwable failure) {
    return inner.fault(failure);
  }

  @Override
  public boolean isShared() {
    return inner.isShared();
  }

  @Override
  public ReportTarget newReportTarget() {
    return inner.newReportTarget();
  }

  @Override
  public Clock clock() {
    return inner.clock();
  }

  @Override
  public void close() {
    inner.close();
  }
}
