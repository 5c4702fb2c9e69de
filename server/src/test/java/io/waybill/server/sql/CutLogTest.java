package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.TENANT;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.id;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes: of the write-ahead log there is left what reached the disk, which is all that was
 * synced, some of the rest, and perhaps a torn page at its end. What is there then is exactly what
 * was acknowledged by the last commit that the log still holds whole: no less, no more, no mixture.
 */
class CutLogTest {
  private static final Clock CLOCK = Clock.fixed(T0, ZoneOffset.UTC);
  private static final int IMAGES = 400;
  private static final int OPENED_BY_THE_STORE = 25;
  private static final int BATCHES = 60;

  /** Of a page in the log: 4,096 bytes and a header. */
  private static final int FRAME_BYTES = 4_096 + 24;

  /** What there was when all calls of a batch were answered, and how long the log was then. */
  private record Acknowledged(long logBytes, String content) {}

  @TempDir Path dir;
  private final Random random = new Random(7);
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private Path file;
  private Path log;

  @BeforeEach
  void write() throws Exception {
    Path live = Files.createDirectory(dir.resolve("live")).resolve("waybill.db");
    open(live).close(); // so that the schema is in the file, not in the log
    try (JdbiUploadStore store = open(live)) {
      List<Upload> uploads = new ArrayList<>();
      uploads.add(newUpload(store, "r0", active()));
      acknowledge(live);
      for (int batch = 1; batch <= BATCHES; batch++) {
        write(store, uploads, batch);
        acknowledge(live);
      }
      file = copy(live, dir.resolve("image.db"));
      log = copy(log(live), dir.resolve("image.db-wal"));
    }
    assertThat(acknowledged.get(acknowledged.size() - 1).logBytes()).isEqualTo(Files.size(log));
  }

  @Test
  void holdsWhatWasAcknowledgedByItsLastWholeCommit() throws Exception {
    for (int image = 0; image < IMAGES; image++) {
      long cut = random.nextLong(Files.size(log) + 1);
      int torn = image % 2 == 0 ? 0 : 1 + random.nextInt((int) Math.min(FRAME_BYTES, cut + 1));
      Path cutFile = image(image, cut, (int) Math.min(torn, cut));
      String expected = expected(cut - torn);
      if (image % (IMAGES / OPENED_BY_THE_STORE) == 0) {
        writeOn(cutFile);
        assertThat(content(cutFile)).as("cut at %d, %d torn", cut, torn).contains("again");
      } else {
        assertThat(content(cutFile)).as("cut at %d, %d torn", cut, torn).isEqualTo(expected);
      }
      assertThat(integrity(cutFile)).isEqualTo("ok");
    }
  }

  /** A server starts on it and goes on; what it reads first is what was there. */
  private void writeOn(Path image) throws Exception {
    String before = content(copy(image, image.resolveSibling("before.db"), true));
    try (JdbiUploadStore store = open(image)) {
      assertThat(content(image)).isEqualTo(before);
      Upload upload = store.create(spec("again"), active(), END, Quota.UNLIMITED).upload();
      assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
    }
  }

  /**
   * One batch, one commit: a few reports, now and then a new session, now and then an old one's.
   */
  private void write(JdbiUploadStore store, List<Upload> uploads, int batch) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    Thread holder =
        new Thread(
            () ->
                store
                    .writes()
                    .run(
                        handle -> {
                          held.countDown();
                          return awaited(gate);
                        }));
    holder.start();
    held.await();
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      Upload upload = uploads.get(random.nextInt(uploads.size()));
      Part part = new Part(1 + random.nextInt(500), batch, "e" + batch + "-" + i, null, T0);
      stages.add(store.record(upload, part, END.plusSeconds(batch)));
    }
    long commits = store.writes().commits();
    gate.countDown();
    for (CompletionStage<Boolean> stage : stages) {
      await(stage);
    }
    holder.join();
    assertThat(store.writes().commits() - commits).isBetween(1L, 2L); // with the holder's own
    if (batch % 7 == 0) {
      Upload upload = uploads.get(0);
      if (reread(store, upload).state() == UploadState.ACTIVE) {
        acknowledge(dir.resolve("live").resolve("waybill.db"));
        assertThat(store.replace(upload, upload.progress().aborted(END))).isTrue();
        acknowledge(dir.resolve("live").resolve("waybill.db"));
      }
      uploads.add(0, store.create(spec("r" + batch), active(), END, Quota.UNLIMITED).upload());
    }
  }

  private static io.waybill.server.upload.UploadSpec spec(String requestId) {
    return TestUploads.spec(
        id(requestId.hashCode() & 0xFFFF), TENANT, requestId, "in/" + requestId, "d", T0);
  }

  private static boolean awaited(CountDownLatch gate) {
    try {
      gate.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void acknowledge(Path live) throws Exception {
    long bytes = Files.size(log(live));
    String content = content(live);
    int last = acknowledged.size() - 1;
    if (last >= 0 && acknowledged.get(last).logBytes() == bytes) {
      assertThat(content).isEqualTo(acknowledged.get(last).content());
      return;
    }
    acknowledged.add(new Acknowledged(bytes, content));
  }

  private String expected(long wholeBytes) {
    String content = "{}"; // no session, no part
    for (Acknowledged each : acknowledged) {
      if (each.logBytes() <= wholeBytes) {
        content = each.content();
      }
    }
    return content;
  }

  private Path image(int number, long cut, int torn) throws IOException {
    Path image = copy(file, Files.createDirectory(dir.resolve("i" + number)).resolve("w.db"));
    Path cutLog = copy(log, log(image));
    try (FileChannel channel = FileChannel.open(cutLog, StandardOpenOption.WRITE)) {
      channel.truncate(cut);
      byte[] garbage = new byte[torn];
      if (number % 4 == 1) {
        random.nextBytes(garbage); // else zeros, as a file system leaves them
      }
      channel.write(ByteBuffer.wrap(garbage), cut - torn);
    }
    return image;
  }

  private static JdbiUploadStore open(Path database) throws IOException {
    return JdbiUploadStore.open(database, CLOCK, Runnable::run);
  }

  private static Path log(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  private static Path copy(Path from, Path to) throws IOException {
    return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path copy(Path from, Path to, boolean withLog) throws IOException {
    if (withLog) {
      copy(log(from), log(to));
    }
    return copy(from, to);
  }

  private static String integrity(Path database) throws SQLException {
    return query(database, "PRAGMA integrity_check");
  }

  /**
   * All that callers were told of, wherever it stands; the counts have to agree with the ledger
   * they count.
   */
  private static String content(Path database) throws SQLException {
    return query(
            database,
            """
            SELECT upload_no, request_id, state, fence, expire_time,
              uploaded_parts = (SELECT count(*) FROM part WHERE part_key >> 14 = upload_no)
                AND uploaded_bytes = (SELECT coalesce(sum(size_bytes), 0) FROM part
                  WHERE part_key >> 14 = upload_no) AS counted
            FROM upload ORDER BY upload_no
            """)
        + parts(database);
  }

  /** The ledger, and over it what of the journal has not been folded into it. */
  private static Map<Long, String> parts(Path database) throws SQLException {
    Map<Long, String> parts = new TreeMap<>();
    Map<Long, Long> foldedSeqs = new HashMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      ResultSet part = statement.executeQuery("SELECT part_key, size_bytes, etag FROM part");
      while (part.next()) {
        parts.put(part.getLong(1), part.getLong(2) + " " + part.getString(3));
      }
      ResultSet upload = statement.executeQuery("SELECT upload_no, folded_seq FROM upload");
      while (upload.next()) {
        foldedSeqs.put(upload.getLong(1), upload.getLong(2));
      }
      ResultSet row = statement.executeQuery("SELECT seq, reports FROM report_journal ORDER BY 1");
      while (row.next()) {
        ReportBatch batch = ReportBatch.of(row.getBytes(2));
        for (int at = batch.first(); at < batch.end(); at = batch.after(at)) {
          Part report = batch.part(at);
          if (row.getLong(1) > foldedSeqs.getOrDefault(batch.uploadNo(at), 0L)) {
            parts.put(
                PartKey.of(batch.uploadNo(at), report.number()),
                report.sizeBytes() + " " + report.etag());
          }
        }
      }
    }
    return parts;
  }

  private static String query(Path database, String sql) throws SQLException {
    StringBuilder text = new StringBuilder();
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        for (int i = 1; i <= columns; i++) {
          text.append(row.getString(i)).append(i < columns ? " " : "");
        }
        if (sql.contains("counted")) {
          assertThat(row.getBoolean("counted")).isTrue();
        }
        text.append(sql.startsWith("PRAGMA") ? "" : "\n");
      }
    }
    return text.toString();
  }
}
