package io.waybill.server.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.ConnectionFactory;

/**
 * A pool's connections. Once somebody has waited for one in vain, one caller at a time waits on and
 * all others are refused at once, until there is one again: threads that each wait for a database
 * that is away would answer nobody before his deadline.
 */
final class ReaderConnections implements ConnectionFactory {
  private final HikariDataSource pool;
  private final AtomicBoolean probing = new AtomicBoolean();
  private volatile boolean isAway;

  ReaderConnections(HikariDataSource pool) {
    this.pool = pool;
  }

  @Override
  public Connection openConnection() throws SQLException {
    if (!isAway) {
      return borrow();
    }
    if (!probing.compareAndSet(false, true)) {
      throw new SQLTransientConnectionException("the database was away a moment ago");
    }
    try {
      return borrow();
    } finally {
      probing.set(false);
    }
  }

  private Connection borrow() throws SQLException {
    try {
      Connection connection = pool.getConnection();
      isAway = false;
      return connection;
    } catch (SQLTransientConnectionException e) {
      isAway = true;
      throw e;
    }
  }
}
