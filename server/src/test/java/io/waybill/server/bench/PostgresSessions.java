package io.waybill.server.bench;

import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.sql.PostgresAddress;
import io.waybill.server.sql.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A database of a PostgreSQL with many open sessions, each with one part in its ledger. The store
 * makes one, SQL makes the others like it.
 *
 * @param url jdbc:postgresql://…
 */
record PostgresSessions(String url) {
  private static final String COPY =
      """
      INSERT INTO upload (upload_id, request_id, object_key, %1$s)
      SELECT id, 'request-' || id, 'default/' || id || '/film.mp4', %1$s FROM (
        SELECT '01890a5d-ac96-774b-bcce-' || lpad(to_hex(n), 12, '0') AS id, %1$s
        FROM upload CROSS JOIN generate_series(1, %2$d) AS more (n)) AS another
      """;

  private static final String COPY_PART =
      """
      INSERT INTO part (part_key, size_bytes, etag, checksum, record_time)
      SELECT (upload_no << 14) + 1, first.size_bytes, etag, checksum, record_time
      FROM upload CROSS JOIN part AS first ON CONFLICT DO NOTHING
      """;

  static PostgresSessions of(TestPostgres postgres, int sessions) throws Exception {
    PostgresSessions made = new PostgresSessions(postgres.newDatabase());
    try (JdbiUploadStore store = made.open()) {
      Sessions.makeFirst(store);
    }
    try (Connection connection = made.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(COPY.formatted(String.join(", ", columns(statement)), sessions - 1));
      statement.execute(COPY_PART);
      // So that no autovacuum does it in the middle of a round.
      statement.execute("VACUUM ANALYZE");
    }
    return made;
  }

  /** What is the same in all of them. */
  private static List<String> columns(Statement statement) throws SQLException {
    return texts(
        statement,
        """
        SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = 'upload'
          AND column_name NOT IN ('upload_no', 'upload_id', 'request_id', 'object_key')
        """);
  }

  List<String> ids() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return texts(statement, "SELECT upload_id FROM upload ORDER BY upload_no");
    }
  }

  /** How many parts the sessions have by their own counts, which have to agree with the ledger. */
  long parts() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      List<String> counts =
          texts(
              statement,
              "SELECT SUM(uploaded_parts) FROM upload UNION ALL SELECT COUNT(*) FROM part");
      if (!counts.get(0).equals(counts.get(1))) {
        throw new AssertionError(
            "the sessions count %s parts, the ledger %s".formatted(counts.toArray()));
      }
      return Long.parseLong(counts.get(0));
    }
  }

  /** The jar that is shipped, on this database; one of as many replicas as one likes. */
  ServerProcess serve(Path folder) throws IOException {
    Path key =
        Files.writeString(
            Files.createDirectories(folder).resolve("page-token.key"), "k".repeat(32));
    return ServerProcess.configured(
        folder,
        ServerProcess.CONFIG
            + """
            database: {url: '%s'}
            page_token_key_file: %s
            """
                .formatted(url, key));
  }

  private JdbiUploadStore open() throws IOException {
    return JdbiUploadStore.open(new PostgresAddress(url, null, null), Runnable::run);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  private static List<String> texts(Statement statement, String query) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
