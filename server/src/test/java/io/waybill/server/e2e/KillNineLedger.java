package io.waybill.server.e2e;

import io.waybill.server.sql.JdbiUploadStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server left on the disk, read without any of its code, from a copy: reading the files
 * themselves would mend them before the next server has to.
 *
 * @param sessions by request id
 * @param etags of the ledger, by {@code upload_no << 14 | part_number}
 * @param miscounted destinations and tenants whose use is not the sum over their sessions
 */
record KillNineLedger(
    Map<String, Session> sessions, Map<Long, String> etags, List<String> miscounted) {

  /** A row of {@code upload}. */
  record Session(long number, String id, String state, String key, boolean due) {}

  static KillNineLedger read(Path data, Path copies) throws IOException, SQLException {
    Path copy = Files.createTempDirectory(copies, "ledger");
    for (String name : List.of("waybill.db", "waybill.db-wal")) {
      Path file = data.resolve(name);
      if (Files.exists(file)) {
        Files.copy(file, copy.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    // What lies in the journal alone is put into the ledger by a server's start and stop.
    try (JdbiUploadStore store =
        JdbiUploadStore.open(copy.resolve("waybill.db"), Clock.systemUTC(), Runnable::run)) {
      store.foldAtRest();
    }
    try {
      return read("jdbc:sqlite:" + copy.resolve("waybill.db"));
    } finally {
      try (var files = Files.list(copy)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(copy);
    }
  }

  /** The same of a database that servers may be working on: as it is at one moment. */
  static KillNineLedger read(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      connection.setTransactionIsolation(
          url.startsWith("jdbc:sqlite:")
              ? Connection.TRANSACTION_SERIALIZABLE
              : Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      return new KillNineLedger(sessions(statement), etags(statement), miscounted(statement));
    }
  }

  private static Map<String, Session> sessions(Statement statement) throws SQLException {
    Map<String, Session> sessions = new HashMap<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT upload_no, upload_id, request_id, state, object_key, due_at FROM upload")) {
      while (row.next()) {
        sessions.put(
            row.getString("request_id"),
            new Session(
                row.getLong("upload_no"),
                row.getString("upload_id"),
                row.getString("state"),
                row.getString("object_key"),
                row.getObject("due_at") != null));
      }
    }
    return sessions;
  }

  private static List<String> miscounted(Statement statement) throws SQLException {
    List<String> miscounted = new ArrayList<>();
    try (ResultSet row =
        statement.executeQuery(
            """
            SELECT destination, tenant, SUM(sessions), SUM(bytes) FROM (
              SELECT destination, tenant, open_sessions AS sessions, reserved_bytes AS bytes
              FROM tenant_usage
              UNION ALL
              SELECT destination, tenant,
                CASE WHEN state IN ('CREATING', 'ACTIVE', 'COMPLETING') THEN -1 ELSE 0 END,
                CASE WHEN state IN ('ABORTED', 'EXPIRED', 'FAILED') THEN 0 ELSE -size_bytes END
              FROM upload) AS changes
            GROUP BY destination, tenant HAVING SUM(sessions) <> 0 OR SUM(bytes) <> 0
            """)) {
      while (row.next()) {
        miscounted.add(
            "%s of %s: %d sessions and %d bytes too many"
                .formatted(row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)));
      }
    }
    return miscounted;
  }

  private static Map<Long, String> etags(Statement statement) throws SQLException {
    Map<Long, String> etags = new HashMap<>();
    try (ResultSet row = statement.executeQuery("SELECT part_key, etag FROM part")) {
      while (row.next()) {
        etags.put(row.getLong("part_key"), row.getString("etag"));
      }
    }
    return etags;
  }
}
