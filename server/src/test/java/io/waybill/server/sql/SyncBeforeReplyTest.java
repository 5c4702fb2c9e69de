package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybill.server.ClosingLines;
import io.waybill.server.upload.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.OSInfo;

/**
 * Between a write and its reply lies an fsync, in every batch. Shown from both sides, on any Linux:
 * where the C library's fsync is made to fail, nothing is acknowledged at all; and where strace is
 * on the machine, the calls are counted.
 *
 * <p>fsync is made to fail by giving SQLite's library another function under its name: {@code abs},
 * which takes an int, does nothing, and never returns the 0 of success for a file.
 */
class SyncBeforeReplyTest {
  private static final int WRITES = 40;
  private static final Pattern SYNCED =
      Pattern.compile("\\b(?:fsync|fdatasync)(?:\\(\\d+| resumed>.*)\\)\\s+= 0");
  private static final Pattern SAID = Pattern.compile("write\\(1, \"acknowledged (\\d+) ");

  @TempDir Path dir;
  private Path database;

  /** With a log that is begun: its header would be synced in any case, and prove nothing. */
  @BeforeEach
  void makeADatabaseWithALog() throws Exception {
    Path live = Files.createDirectory(dir.resolve("live")).resolve("waybill.db");
    database = dir.resolve("waybill.db");
    try (JdbiUploadStore store = open(live)) {
      Upload upload = newUpload(store, "r1", active());
      assertThat(await(store.record(upload, part(9_999, 1), END))).isTrue();
      Files.copy(live, database);
      Files.copy(live.resolveSibling("waybill.db-wal"), dir.resolve("waybill.db-wal"));
    }
  }

  @Test
  void theWritersOwnConnectionIsSetToSync() throws Exception {
    try (JdbiUploadStore store = open(database)) {
      assertThat(pragma(store, "synchronous")).containsExactly("2");
      assertThat(pragma(store, "journal_mode")).containsExactly("wal");
      assertThat(pragma(store, "compile_options")).isNotEmpty().doesNotContain("NO_SYNC");
    }
  }

  @Test
  void acknowledgesWhereSyncWorks() throws Exception {
    assertThat(probe(List.of(), WRITES)).hasSize(WRITES).allMatch(l -> l.startsWith("ack"));
  }

  @Test
  void acknowledgesNothingWhereSyncFails() throws Exception {
    List<String> flags = libraryWhoseSyncFails();

    List<String> answers = probe(flags, WRITES);

    assertThat(answers)
        .hasSize(WRITES)
        .allMatch(answer -> answer.startsWith("STORE_UNAVAILABLE"))
        .allMatch(answer -> answer.endsWith("commits 0"));
    assertThat(probe(flags, WRITES, "NORMAL"))
        .as("without the fsync at each commit this test would see it")
        .hasSize(WRITES)
        .allMatch(answer -> answer.startsWith("acknowledged"));
    try (JdbiUploadStore store = open(database)) {
      Upload upload = store.due(END, 1).get(0);
      assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
      assertThat(store.parts(upload, 9_998, 1)).containsExactly(part(9_999, 1));
      assertThat(reread(store, upload).uploadedParts())
          .isEqualTo(store.partNumbers(upload).cardinality());
    }
  }

  @Test
  void countsASyncBeforeEveryReply() throws Exception {
    Path trace = dir.resolve("trace");
    assumeTrue(straceWorks(), "SKIPPED: no strace here; the test above does without it");
    List<String> strace =
        List.of("strace", "-f", "-e", "trace=fsync,fdatasync,write", "-o", trace.toString());

    assertThat(run(strace, List.of(), WRITES)).allMatch(l -> l.endsWith("commits 1"));

    int syncs = 0;
    int replies = 0;
    int all = 0;
    for (String line : Files.readAllLines(trace, StandardCharsets.ISO_8859_1)) {
      Matcher said = SAID.matcher(line);
      if (SYNCED.matcher(line).find()) {
        syncs++;
        all++;
      } else if (said.find()) {
        assertThat(syncs).as("fsyncs before the reply to write %s", said.group(1)).isPositive();
        syncs = 0;
        replies++;
      }
    }
    assertThat(replies).isEqualTo(WRITES);
    ClosingLines.add("fsync replies=" + replies + " fsyncs=" + all);
  }

  private List<String> libraryWhoseSyncFails() throws IOException {
    String name = "libsqlitejdbc.so";
    String resource =
        "/org/sqlite/native/" + OSInfo.getNativeLibFolderPathForCurrentOS() + "/" + name;
    byte[] library;
    try (InputStream in = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      assumeTrue(in != null, "SKIPPED: SQLite's library is no Linux library here: " + resource);
      library = in.readAllBytes();
    }
    String text = new String(library, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("\0fsync\0");
    assertThat(at).as("the library's one import of fsync").isPositive();
    assertThat(text.indexOf("\0fsync\0", at + 1)).isNegative();
    assertThat(text).doesNotContain("\0fdatasync\0");
    System.arraycopy("abs\0\0".getBytes(StandardCharsets.US_ASCII), 0, library, at + 1, 5);
    Path folder = Files.createDirectory(dir.resolve("library"));
    Files.write(folder.resolve(name), library);
    return List.of("-Dorg.sqlite.lib.path=" + folder, "-Dorg.sqlite.lib.name=" + name);
  }

  private static boolean straceWorks() throws InterruptedException {
    try {
      return new ProcessBuilder("strace", "-f", "-o", "/dev/null", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> probe(List<String> flags, int writes, String... more) throws Exception {
    return run(List.of(), flags, writes, more);
  }

  private List<String> run(List<String> before, List<String> flags, int writes, String... more)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(SyncProbe.class.getName(), database.toString(), "" + writes));
    command.addAll(List.of(more));
    Path log = dir.resolve("probe.log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return lines;
  }

  private static JdbiUploadStore open(Path file) throws IOException {
    return JdbiUploadStore.open(file, Clock.fixed(T0, ZoneOffset.UTC), Runnable::run);
  }

  private static List<String> pragma(JdbiUploadStore store, String name) {
    return store
        .writes()
        .run(handle -> handle.createQuery("PRAGMA " + name).mapTo(String.class).list());
  }
}
