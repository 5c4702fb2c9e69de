package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class SqliteSchemaTest {
  private static final String EVERYTHING =
      "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
  private static final String HISTORY =
      """
      SELECT installed_rank, version, description, type, script, checksum, installed_by, success
      FROM flyway_schema_history ORDER BY installed_rank
      """;

  @TempDir Path dir;

  @Test
  void theScriptMakesWhatFlywayMakes() throws Exception {
    assertThat(SqliteSchema.class.getResource(SqliteSchema.SCRIPT)).as("the build's").isNotNull();
    SQLiteDataSource flyways = source("flyway.db");
    SqliteSchema.migrate(flyways);
    SQLiteDataSource scripts = source("script.db");
    SqliteSchema.bring(scripts);

    assertThat(rows(scripts, EVERYTHING)).isEqualTo(rows(flyways, EVERYTHING));
    assertThat(rows(scripts, HISTORY)).isNotEmpty().isEqualTo(rows(flyways, HISTORY));
  }

  @Test
  void flywayGoesOnFromTheScript() throws Exception {
    SQLiteDataSource source = source("waybill.db");
    SqliteSchema.bring(source);
    List<String> before = rows(source, EVERYTHING);

    SqliteSchema.migrate(source);

    assertThat(rows(source, EVERYTHING)).isEqualTo(before);
  }

  @Test
  void flywayIsAskedWhereTheHistoryIsAnother() throws Exception {
    SQLiteDataSource source = source("waybill.db");
    SqliteSchema.bring(source);
    execute(source, "UPDATE flyway_schema_history SET checksum = 1");

    assertThatThrownBy(() -> SqliteSchema.bring(source)).hasMessageContaining("checksum mismatch");
  }

  @Test
  void aStrangersDatabaseIsLeftAlone() throws Exception {
    execute(source("waybill.db"), "CREATE TABLE stranger (number INTEGER)");

    assertThatThrownBy(() -> SqliteDatabase.open(dir.resolve("waybill.db")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("waybill.db");
    assertThat(rows(source("waybill.db"), EVERYTHING)).hasSize(1);
  }

  private SQLiteDataSource source(String name) {
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + dir.resolve(name));
    return source;
  }

  private static void execute(SQLiteDataSource source, String sql) throws Exception {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private static List<String> rows(SQLiteDataSource source, String query) throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }
}
