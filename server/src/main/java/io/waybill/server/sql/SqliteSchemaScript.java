package io.waybill.server.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.sqlite.SQLiteDataSource;

/**
 * A step of the build: writes down what Flyway makes of an empty database, for {@link
 * SqliteSchema}.
 */
final class SqliteSchemaScript {
  private SqliteSchemaScript() {}

  /** The argument is the file to write. */
  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    Path script = Path.of(args[0]);
    Path file = Files.createTempFile("waybill-schema", ".db");
    try {
      SQLiteDataSource source = new SQLiteDataSource();
      source.setUrl("jdbc:sqlite:" + file);
      SqliteSchema.migrate(source);
      Files.writeString(script, of(source));
    } finally {
      Files.delete(file);
    }
  }

  static String of(SQLiteDataSource source) throws SQLException, IOException {
    List<String> lines = new ArrayList<>();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      lines.add(SqliteSchema.HISTORY + SqliteSchema.history(statement));
      // SQLite makes the tables and indexes of its own by itself.
      add(
          lines,
          statement,
          """
          SELECT sql || ';' FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
          ORDER BY rowid
          """);
      add(
          lines,
          statement,
          """
          SELECT format(
            'INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,'
              || ' checksum, installed_by, execution_time, success)'
              || ' VALUES (%Q, %Q, %Q, %Q, %Q, %Q, %Q, 0, %Q);',
            installed_rank, version, description, type, script, checksum, installed_by, success)
          FROM flyway_schema_history ORDER BY installed_rank
          """);
    }
    return String.join("\n", lines) + "\n";
  }

  private static void add(List<String> lines, Statement statement, String query)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        lines.add(rows.getString(1));
      }
    }
  }
}
