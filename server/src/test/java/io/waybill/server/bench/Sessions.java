package io.waybill.server.bench;

import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadStore.LedgerChange;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A database with many open sessions and many parts in their ledgers. The store makes one session
 * and one part, SQL makes the others like it; that is done once, and each use takes a copy.
 *
 * @param file the database, not to be opened: take a {@link #copyTo}
 */
record Sessions(Path file) {
  static final String TENANT = "default";
  static final String DESTINATION = "main";

  /** The name of the database in a data directory. */
  static final String FILE = "waybill.db";

  /** How many parts each of the uploads has. */
  static final int PARTS = S3Limits.MAX_PARTS;

  private static final Path MIGRATIONS = Path.of("target", "classes", "db", "migration");
  private static final int PART_BITS = 14;

  /** These columns of a session are its own, or in the order of {@link #insertLike}. */
  private static final List<String> OWN =
      List.of("upload_no", "upload_id", "request_id", "object_key");

  /** So many open sessions, each with parts 1 to n in its ledger. */
  static Sessions of(Settings settings, int sessions, int partsEach) throws Exception {
    String name = "sessions-%d-%d-%08x.db".formatted(sessions, partsEach, schema());
    Path file = settings.fixtures().resolve("sessions").resolve(name);
    if (!Files.exists(file)) {
      Path folder = Files.createDirectories(file.resolveSibling("being-built"));
      Path built = folder.resolve(FILE);
      Files.deleteIfExists(built);
      makeFirst(built);
      try (Connection connection = connect(built)) {
        insertLike(connection, sessions - 1, partsEach);
      }
      Files.move(built, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new Sessions(file);
  }

  /** A data directory with this database in it, its sessions just begun. */
  Path copyTo(Path folder) throws IOException, SQLException {
    Files.createDirectories(folder);
    Path copy = folder.resolve(FILE);
    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
    try (Connection connection = connect(copy);
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          UPDATE upload SET
            create_time = create_time + age, update_time = update_time + age,
            url_end = url_end + age, expire_time = expire_time + age, due_at = due_at + age,
            max_expire_time = max_expire_time + age
          FROM (SELECT %d - MIN(create_time) AS age FROM upload)
          """
              .formatted(System.currentTimeMillis()));
    }
    return folder;
  }

  /** The ids of all sessions of a database. */
  static List<String> ids(Path folder) throws SQLException {
    List<String> ids = new ArrayList<>();
    try (Connection connection = connect(folder.resolve(FILE));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT upload_id FROM upload ORDER BY upload_no")) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  /** How many parts the sessions have by their own counts, which have to agree with the ledger. */
  static long parts(Path folder) throws Exception {
    long counted = 0;
    long held = 0;
    try (JdbiUploadStore store = open(folder.resolve(FILE))) {
      for (String id : ids(folder)) {
        Upload upload = store.find(TENANT, UploadId.parse(id).orElseThrow()).orElseThrow();
        counted += upload.uploadedParts();
        held += store.partNumbers(upload).cardinality();
      }
    }
    if (counted != held) {
      throw new AssertionError("the sessions count " + counted + " parts, the ledger " + held);
    }
    return held;
  }

  static JdbiUploadStore open(Path file) throws IOException {
    return JdbiUploadStore.open(file, Clock.systemUTC(), Runnable::run);
  }

  /** A session that could be the next one, of an upload in {@link #PARTS} parts. */
  static UploadSpec spec() {
    UploadId id = UploadId.of(Instant.now(), new SecureRandom());
    Instant now = Instant.now();
    return new UploadSpec(
        id,
        TENANT,
        UUID.randomUUID().toString(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        DESTINATION,
        "bench",
        TENANT + "/" + id + "/film.mp4",
        "film.mp4",
        "video/mp4",
        UploadMode.MULTIPART,
        PartPlan.inParts(PARTS * S3Limits.MIN_PART_BYTES, S3Limits.MIN_PART_BYTES),
        ChecksumAlgorithm.NONE,
        Map.of(),
        false,
        Duration.ofDays(1),
        now,
        now.plus(Duration.ofDays(6)));
  }

  /** As long as Amazon's upload ids are. */
  static Progress active() {
    return Progress.creating(Instant.now()).activated("dfRtDYU0WWCCcH43C3WFbkRO".repeat(5));
  }

  private static void makeFirst(Path file) throws Exception {
    try (JdbiUploadStore store = open(file)) {
      makeFirst(store);
    }
  }

  /** One session with its first part in the ledger. */
  static void makeFirst(JdbiUploadStore store) throws Exception {
    UploadSpec spec = spec();
    Upload upload =
        store
            .create(spec, active(), spec.expireTimeFrom(spec.createTime()), Quota.UNLIMITED)
            .upload();
    Part part =
        new Part(
            1, spec.plan().sizeOf(1), "9b2cf535f27731c974343645a3985328", null, spec.createTime());
    // Not as a report: that may wait in a journal, and SQL is to find it in the ledger.
    LedgerChange change = new LedgerChange(List.of(part), List.of());
    if (!store.replace(upload, upload.progress(), change)) {
      throw new AssertionError("the first session is not open");
    }
  }

  private static void insertLike(Connection connection, int more, int partsEach)
      throws SQLException {
    List<String> same = columns(connection, "upload");
    same.removeAll(OWN);
    String uploadId =
        "printf('%08x-%04x-7%03x-8%s-%s', n >> 16, n & 65535, n & 4095,"
            + " substr(r, 1, 3), substr(r, 4, 12))";
    List<String> keys = columns(connection, "part");
    keys.remove("part_key");
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CREATE TEMP TABLE first AS SELECT * FROM upload");
      statement.execute("CREATE TEMP TABLE first_part AS SELECT * FROM part");
      statement.execute(
          """
          WITH RECURSIVE
            num(n) AS (SELECT 1 WHERE %1$d > 0 UNION ALL SELECT n + 1 FROM num WHERE n < %1$d),
            random AS MATERIALIZED (SELECT n, lower(hex(randomblob(16))) AS r FROM num)
          INSERT INTO upload (upload_id, request_id, object_key, %2$s)
          SELECT %3$s, r, '%4$s/' || %3$s || '/film.mp4', %2$s FROM random CROSS JOIN first
          """
              .formatted(more, String.join(", ", same), uploadId, TENANT));
      statement.execute(
          """
          WITH RECURSIVE num(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM num WHERE n < %1$d)
          INSERT OR IGNORE INTO part (part_key, %2$s)
          SELECT number << %3$d | n, %2$s
          FROM (SELECT upload_no AS number FROM upload) CROSS JOIN num CROSS JOIN first_part
          """
              .formatted(partsEach, String.join(", ", keys), PART_BITS));
      statement.execute(
          "UPDATE upload SET uploaded_parts = %d, uploaded_bytes = %d"
              .formatted(partsEach, partsEach * S3Limits.MIN_PART_BYTES));
      connection.commit();
    }
  }

  private static List<String> columns(Connection connection, String table) throws SQLException {
    List<String> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT name FROM pragma_table_info('" + table + "')")) {
      while (rows.next()) {
        columns.add(rows.getString(1));
      }
    }
    return columns;
  }

  private static Connection connect(Path file) throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file);
  }

  /** Tells one schema from another, so that none serves in place of its successor. */
  private static long schema() throws IOException {
    CRC32 crc = new CRC32();
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(MIGRATIONS)) {
      folder.forEach(files::add);
    }
    files.sort(null);
    for (Path each : files) {
      crc.update(Files.readAllBytes(each));
    }
    return crc.getValue();
  }
}
