package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.TENANT;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.upload.Upload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class SqliteDatabaseTest {
  private static final String FILE = "waybill.db";

  @TempDir Path dir;

  @Test
  void keepsEverythingWhenItIsOpenedAgain() throws Exception {
    Path nested = dir.resolve("a/b");
    Upload before;
    try (JdbiUploadStore store = open(nested)) {
      Upload upload = newUpload(store, "r1", active());
      await(store.record(upload, part(7, 70), END.plusSeconds(1)));
      before = store.find(TENANT, upload.id()).orElseThrow();
    }
    try (JdbiUploadStore store = open(nested)) {
      assertThat(store.find(TENANT, before.id())).contains(before);
      assertThat(store.parts(before, 0, 10)).containsExactly(part(7, 70));
      assertThat(newUpload(store, "r2", active()).number()).isGreaterThan(before.number());
    }
    assertThat(nested.toFile().list()).containsExactly(FILE);
  }

  @Test
  void syncsItsLogAtEachCommit() throws Exception {
    try (SqliteDatabase database = SqliteDatabase.open(dir.resolve("waybill.db"));
        Handle writer = database.openWriter()) {
      assertThat(pragma(writer, "journal_mode")).isEqualTo("wal");
      assertThat(pragma(writer, "synchronous")).isEqualTo("2");
      assertThat(pragma(writer, "busy_timeout")).isEqualTo("5000");
      assertThat(writer.getConnection().getAutoCommit()).isTrue();
    }
  }

  @Test
  void readersCannotWrite() throws Exception {
    try (SqliteDatabase database = SqliteDatabase.open(dir.resolve("waybill.db"))) {
      database
          .readers()
          .useHandle(
              reader ->
                  assertThatExceptionOfType(JdbiException.class)
                      .isThrownBy(() -> reader.execute("DELETE FROM upload"))
                      .withMessageContaining("readonly"));
    }
  }

  @Test
  void twoProcessesMayWriteInTurns() throws Exception {
    try (JdbiUploadStore server = open(dir);
        JdbiUploadStore sweeper = open(dir)) {
      Upload upload = newUpload(server, "r1", active());
      assertThat(sweeper.replace(upload, active().aborted(END))).isTrue();
      assertThat(await(server.record(upload, part(1, 1), END))).isFalse();
      assertThat(sweeper.due(END, 10)).hasSize(1);
    }
  }

  @Test
  void saysInOneLineWhyItCannotBeOpened() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "not a directory");
    Path noDatabase = Files.createDirectory(dir.resolve("no-database"));
    Files.writeString(noDatabase.resolve(FILE), "not a database\n".repeat(100));
    Path folder = Files.createDirectories(dir.resolve("folder").resolve(FILE));

    for (Path path : List.of(file, file.resolve("below"), noDatabase, folder.getParent())) {
      assertThatThrownBy(() -> open(path).close())
          .isInstanceOf(IOException.class)
          .message()
          .contains(path.toString())
          .hasLineCount(1);
    }
  }

  private static JdbiUploadStore open(Path dir) throws IOException {
    return JdbiUploadStore.open(dir.resolve("waybill.db"), Clock.systemUTC(), Runnable::run);
  }

  private static String pragma(Handle handle, String name) {
    return handle.createQuery("PRAGMA " + name).mapTo(String.class).one();
  }
}
