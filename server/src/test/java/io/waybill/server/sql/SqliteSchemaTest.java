package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
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

  @Test
  void aCommandBesideAServerLeavesTheSchemaAsItIs() throws Exception {
    SQLiteDataSource source = source("waybill.db");
    SqliteSchema.migrate(source, "2");
    Path file = dir.resolve("waybill.db");

    assertThatThrownBy(() -> SqliteDatabase.openBeside(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made by another version of Waybill");
    assertThat(rows(source, HISTORY)).hasSize(2);

    SqliteDatabase.open(file).close();
    SqliteDatabase.openBeside(file).close();
  }

  @Test
  void aNewerSchemaStopsTheStartInOneLine() throws Exception {
    SQLiteDataSource source = source("waybill.db");
    SqliteSchema.bring(source);
    execute(
        source,
        """
        INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
          checksum, installed_by, execution_time, success)
        VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 1, 'x', 0, TRUE)
        """);

    assertThatThrownBy(() -> SqliteDatabase.open(dir.resolve("waybill.db")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its schema is a newer Waybill's (version 999); start that one")
        .message()
        .hasLineCount(1);
    assertThatThrownBy(() -> SqliteDatabase.openBeside(dir.resolve("waybill.db")))
        .hasMessageContaining("made by another version of Waybill");
  }

  @Test
  void sessionsFromBeforeTheQuotasAreCounted() throws Exception {
    SQLiteDataSource source = source("waybill.db");
    SqliteSchema.migrate(source, "2");
    int number = 0;
    for (UploadState state : UploadState.values()) {
      insert(source, ++number, "a", "acme", state, 10);
      insert(source, ++number, "b", "acme", state, 1);
    }
    insert(source, ++number, "a", "acme", UploadState.ACTIVE, 500);
    insert(source, ++number, "a", "other", UploadState.ABORTED, 7);

    try (SqliteDatabase database = SqliteDatabase.open(dir.resolve("waybill.db"));
        JdbiUploadStore store = new JdbiUploadStore(database, Clock.systemUTC(), Runnable::run)) {
      assertThat(store.usage("a", "acme")).isEqualTo(new Usage(4, 540));
      assertThat(store.usage("b", "acme")).isEqualTo(new Usage(3, 4));
      assertThat(store.usage("a", "other")).isEqualTo(Usage.NONE);
      assertThat(store.usage("b", "other")).isEqualTo(Usage.NONE);
    }
  }

  /** As the second version had it. */
  private static void insert(
      SQLiteDataSource source,
      int number,
      String destination,
      String tenant,
      UploadState state,
      long sizeBytes)
      throws Exception {
    execute(
        source,
        """
        INSERT INTO upload (
          upload_id, tenant, request_id, request_digest, destination, bucket, object_key,
          filename, content_type, mode, size_bytes, part_size_bytes, checksum_algorithm,
          metadata, overwrite, session_ttl_millis, create_time, max_expire_time, state, fence,
          storage_upload_id, expire_time, url_end, uploaded_parts, uploaded_bytes, update_time,
          revision)
        VALUES (
          'id-%d', '%s', 'r-%d', 'd', '%s', 'b', 'k', 'f', 't', 'SINGLE', %d, 1, 'NONE', '{}',
          FALSE, 1, 1, 1, '%s', 1, '', 1, 1, 0, 0, 1, 1)
        """
            .formatted(number, tenant, number, destination, sizeBytes, state));
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
