package io.waybill.server.sql;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * What PostgreSQL's errors mean.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: Error
 *     Codes</a>
 */
final class PostgresErrors {
  /**
   * serialization_failure and deadlock_detected: whoever gets these was rolled back. And
   * feature_not_supported, which is what a prepared statement gets ("cached plan must not change
   * result type") once a newer replica has added a column: the driver then prepares it anew.
   * Nothing else that Waybill sends is not supported.
   */
  private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "0A000");

  /** A standby, which cannot write; a transaction that was idle for too long. */
  private static final Set<String> CONNECTION_STATES = Set.of("25006", "25P03");

  /** Connection exceptions; operator intervention, such as a shutdown. */
  private static final Set<String> CONNECTION_CLASSES = Set.of("08", "57");

  /** query_canceled is of the class 57, but the connection lives. */
  private static final String CANCELED = "57014";

  /** Classes for which the statement is to blame, not the database. */
  private static final Set<String> STATEMENT_CLASSES =
      Set.of("21", "22", "23", "25", "26", "2F", "34", "42", "44", "54", "P0");

  private PostgresErrors() {}

  static Fault fault(Throwable failure) {
    Optional<SQLException> sql = sqlException(failure);
    if (sql.isEmpty()) {
      return Fault.STATEMENT;
    }
    String state = sql.get().getSQLState();
    if (state == null || state.length() != 5) {
      return Fault.DATABASE; // of the pool, which has no connection to give
    }
    if (CONFLICTS.contains(state)) {
      return Fault.CONFLICT;
    }
    String kind = state.substring(0, 2);
    boolean connection = CONNECTION_CLASSES.contains(kind) && !state.equals(CANCELED);
    if (connection || CONNECTION_STATES.contains(state)) {
      return Fault.CONNECTION;
    }
    return STATEMENT_CLASSES.contains(kind) ? Fault.STATEMENT : Fault.DATABASE;
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
