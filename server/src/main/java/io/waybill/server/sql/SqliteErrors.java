package io.waybill.server.sql;

import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's errors mean. */
final class SqliteErrors {

  /**
   * Errors for which the statement is to blame, not the database.
   *
   * @see <a href="https://sqlite.org/rescode.html">SQLite: Result codes</a>
   */
  private static final Set<SQLiteErrorCode> STATEMENT =
      EnumSet.of(
          SQLiteErrorCode.SQLITE_ERROR,
          SQLiteErrorCode.SQLITE_TOOBIG,
          SQLiteErrorCode.SQLITE_CONSTRAINT,
          SQLiteErrorCode.SQLITE_MISMATCH,
          SQLiteErrorCode.SQLITE_MISUSE,
          SQLiteErrorCode.SQLITE_RANGE);

  /** The low byte is the primary code, the others tell its kinds apart. */
  private static final int PRIMARY = 0xFF;

  private SqliteErrors() {}

  /** The database's is that it does not answer: locked, full, broken, gone, closed. */
  static Fault fault(Throwable failure) {
    Optional<SQLException> sql = sqlException(failure);
    boolean statement = sql.isEmpty();
    if (sql.isPresent() && sql.get() instanceof SQLiteException e) {
      int primary = e.getResultCode().code & PRIMARY;
      statement = STATEMENT.stream().anyMatch(code -> code.code == primary);
    }
    return statement ? Fault.STATEMENT : Fault.DATABASE;
  }

  /** What went wrong, in one line. */
  static String line(Throwable failure) {
    String text = sqlException(failure).map(Throwable::getMessage).orElse(failure.toString());
    return text.lines().findFirst().orElse(text);
  }

  private static Optional<SQLException> sqlException(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SQLException e) {
        return Optional.of(e);
      }
    }
    return Optional.empty();
  }
}
