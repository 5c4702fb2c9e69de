package io.waybill.server.sql;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.callback.Callback;

/**
 * The steps of {@code db/migration}, by Flyway, which locks the database for them: of servers that
 * start at once one takes them and the others wait.
 *
 * <p>Old replicas go on working while a new one starts, so a step only adds: tables, indexes,
 * columns that are null or have a default. What an old replica writes must make sense to a new one
 * and the other way round. What is not needed any more goes one release later than the last code
 * that needs it.
 *
 * <p>A step holds its locks for a moment only. An index on a table that is not new is made by a
 * {@code CREATE INDEX CONCURRENTLY} in a step of its own, which cannot run in a transaction: its
 * {@code .conf} says {@code executeInTransaction=false}, and Flyway's own lock must then not be one
 * of a transaction ({@code flyway.postgresql.transactional.lock=false}), for which the index would
 * wait for ever.
 */
final class Migrations {
  private final Flyway flyway;

  /**
   * Of a database.
   *
   * @param types what the engine calls the types that the steps name
   * @param target the last step to take
   * @param callbacks what is done besides, such as with each of its connections
   */
  Migrations(DataSource source, Map<String, String> types, String target, Callback... callbacks) {
    this.flyway =
        Flyway.configure()
            .dataSource(source)
            .locations("classpath:db/migration")
            .placeholders(types)
            .target(target)
            .callbacks(callbacks)
            .load();
  }

  /**
   * Takes the steps that are missing.
   *
   * @throws SQLException where the schema is of a newer Waybill, whose steps this one does not know
   */
  void bring() throws SQLException {
    flyway.migrate();
    refuseNewer();
  }

  /** Whether nothing is missing, or too much. */
  boolean isCurrent() throws SQLException {
    refuseNewer();
    return flyway.info().pending().length == 0;
  }

  private void refuseNewer() throws SQLException {
    MigrationInfoService info = flyway.info();
    MigrationInfo current = info.current();
    boolean newer = Arrays.stream(info.applied()).anyMatch(step -> !step.getState().isResolved());
    if (newer && current != null) {
      throw new SQLException(
          "its schema is a newer Waybill's (version %s); start that one"
              .formatted(current.getVersion()));
    }
  }
}
