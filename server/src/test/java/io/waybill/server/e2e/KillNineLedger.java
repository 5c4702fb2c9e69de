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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a server left on the disk, read without any of its code, from a copy: reading the files
 * themselves would mend them before the next server has to.
 *
 * @param sessions by request id
 * @param etags of the ledger, by {@code upload_no << 14 | part_number}
 */
record KillNineLedger(Map<String, Session> sessions, Map<Long, String> etags) {

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
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("waybill.db"));
        Statement statement = connection.createStatement()) {
      return new KillNineLedger(sessions(statement), etags(statement));
    } finally {
      try (var files = Files.list(copy)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(copy);
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
