package io.waybill.server.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteDataSource;

/**
 * Brings a database to the newest schema. Flyway does that; but it takes as long to load as SQLite
 * and Jdbi together, and at nearly every start nothing is to be done. So the build lets it migrate
 * an empty database and keeps what has become of it as a script ({@link SqliteSchemaScript}), its
 * own history included. A new database is made by that script, one with the same history is left
 * alone, and every other one goes to Flyway, for which all of them look as if it had made them.
 */
final class SqliteSchema {
  /** How the script's first line begins; the rest of it is {@link #history}. */
  static final String HISTORY = "-- history ";

  static final String SCRIPT = "/db/sqlite-schema.sql";

  private static final Map<String, String> TYPES =
      Map.of(
          // Without AUTOINCREMENT SQLite gives the number of a deleted last row again, and a late
          // report would land in the ledger of a stranger's session.
          "upload_no", "INTEGER PRIMARY KEY AUTOINCREMENT",
          "part_key", "INTEGER PRIMARY KEY",
          "journal_seq", "INTEGER PRIMARY KEY AUTOINCREMENT",
          "text", "TEXT",
          "bytes", "BLOB");

  private SqliteSchema() {}

  static void bring(SQLiteDataSource source) throws SQLException {
    String script = script();
    if (script == null || !isCurrentBy(script, source)) {
      migrate(source);
    }
  }

  /** Whether the schema is this program's; true where no build has left anything to compare. */
  static boolean isCurrent(SQLiteDataSource source) throws SQLException {
    String script = script();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      return script == null || isOf(script, statement);
    }
  }

  private static boolean isOf(String script, Statement statement) throws SQLException {
    return isFlyways(statement) && script.startsWith(HISTORY + history(statement) + "\n");
  }

  static void migrate(SQLiteDataSource source) throws SQLException {
    migrate(source, "latest");
  }

  /** Up to a version. */
  static void migrate(SQLiteDataSource source, String target) throws SQLException {
    new Migrations(source, TYPES, target).bring();
  }

  /** What was migrated, as Flyway wrote it down: version, checksum and success of each step. */
  static String history(Statement statement) throws SQLException {
    List<String> steps = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT version, checksum, success FROM flyway_schema_history ORDER BY"
                + " installed_rank")) {
      while (rows.next()) {
        steps.add(rows.getString(1) + ":" + rows.getString(2) + ":" + rows.getString(3));
      }
    }
    return String.join(" ", steps);
  }

  private static boolean isCurrentBy(String script, SQLiteDataSource source) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      if (isEmpty(statement)) {
        make(statement, script);
      }
      return isOf(script, statement);
    }
  }

  /** Looked at again under the lock: another process may be about to make it too. */
  private static void make(Statement statement, String script) throws SQLException {
    statement.execute("BEGIN IMMEDIATE");
    try {
      if (isEmpty(statement)) {
        statement.executeUpdate(script);
      }
      statement.execute("COMMIT");
    } catch (SQLException e) {
      statement.execute("ROLLBACK");
      throw e;
    }
  }

  private static boolean isEmpty(Statement statement) throws SQLException {
    return count(statement, "SELECT count(*) FROM sqlite_master") == 0;
  }

  private static boolean isFlyways(Statement statement) throws SQLException {
    return count(
            statement, "SELECT count(*) FROM sqlite_master WHERE name = 'flyway_schema_history'")
        == 1;
  }

  private static int count(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.getInt(1);
    }
  }

  /** Null where no build has been here, as in an IDE. */
  private static @Nullable String script() {
    try (InputStream in = SqliteSchema.class.getResourceAsStream(SCRIPT)) {
      return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(Objects.requireNonNullElse(e.getMessage(), SCRIPT), e);
    }
  }
}
