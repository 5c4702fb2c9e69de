package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresDatabaseIT {
  private PostgresAddress address = new PostgresAddress("jdbc:postgresql:none", null, null);

  @BeforeEach
  void newDatabase() throws Exception {
    address = new PostgresAddress(TestPostgres.shared().newDatabase(), null, null);
  }

  @Test
  void keepsEverythingWhenItIsOpenedAgain() throws Exception {
    Upload before;
    try (JdbiUploadStore store = open()) {
      Upload upload = newUpload(store, "r1", active());
      await(store.record(upload, part(7, 70), END.plusSeconds(1)));
      before = store.find(TENANT, upload.id()).orElseThrow();
    }
    try (JdbiUploadStore store = open()) {
      assertThat(store.find(TENANT, before.id())).contains(before);
      assertThat(store.parts(before, 0, 10)).containsExactly(part(7, 70));
      assertThat(newUpload(store, "r2", active()).number()).isGreaterThan(before.number());
    }
  }

  @Test
  void whatIsCommittedIsOnTheDiskWhateverTheDatabaseIsSetTo() throws Exception {
    open().close();
    String name = address.url().replaceAll(".*/|\\?.*", "");
    TestPostgres.shared().execute("ALTER DATABASE " + name + " SET synchronous_commit = off");
    try (PostgresDatabase database = PostgresDatabase.open(address);
        Handle writer = database.openWriter()) {
      assertThat(setting(writer, "synchronous_commit")).isEqualTo("on");
      assertThat(setting(writer, "lock_timeout")).isEqualTo("5s");
      assertThat(setting(writer, "idle_in_transaction_session_timeout")).isEqualTo("10s");
    }
    TestPostgres.shared()
        .execute("ALTER DATABASE " + name + " SET synchronous_commit = remote_apply");
    try (PostgresDatabase database = PostgresDatabase.open(address);
        Handle writer = database.openWriter()) {
      assertThat(setting(writer, "synchronous_commit")).isEqualTo("remote_apply");
    }
  }

  @Test
  void refusesAnOlderDatabaseNamingBothVersionsFaults18() throws Exception {
    PostgresDatabase.open(address, 17).close();

    assertThatThrownBy(() -> PostgresDatabase.open(address, 99))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "cannot open PostgreSQL .*: it is PostgreSQL \\d+\\.\\d+.*,"
                + " Waybill needs PostgreSQL 99 or newer");
  }

  @Test
  void readersCannotWrite() throws Exception {
    try (PostgresDatabase database = PostgresDatabase.open(address)) {
      database
          .readers()
          .useHandle(
              reader ->
                  assertThatExceptionOfType(JdbiException.class)
                      .isThrownBy(() -> reader.execute("DELETE FROM upload"))
                      .withMessageContaining("read-only"));
    }
  }

  @Test
  void serversThatStartAtOnceOnAnEmptyDatabaseAllComeUp() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<JdbiUploadStore>> starts = List.of(this::open, this::open, this::open);
      List<JdbiUploadStore> stores = new ArrayList<>();
      for (Future<JdbiUploadStore> start : threads.invokeAll(starts)) {
        stores.add(start.get());
      }
      Upload upload = newUpload(stores.get(0), "r1", active());
      for (JdbiUploadStore store : stores) {
        assertThat(store.find(TENANT, upload.id())).contains(upload);
        store.close();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anOlderSchemaIsBroughtForwardButNotByACommand() throws Exception {
    PostgresSchema.migrate(PostgresDatabase.source(address), "2");

    assertThatThrownBy(() -> PostgresDatabase.openBeside(address))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("made by another version of Waybill");

    PostgresDatabase.open(address).close();
    PostgresDatabase.openBeside(address).close();
  }

  /** The driver's own patience is for callers; a step waits for locks alone, and not for long. */
  @Test
  void aStepWaitsForItsLocksLongerThanCallersWaitButNotForEver() throws Exception {
    PostgresSchema.migrate(PostgresDatabase.source(address), "2");
    PostgresAddress impatient = new PostgresAddress(address.url() + "&socketTimeout=1", null, null);
    try (Handle old = org.jdbi.v3.core.Jdbi.open(PostgresDatabase.source(address))) {
      old.begin();
      old.execute("LOCK TABLE upload");
      assertThatThrownBy(() -> PostgresDatabase.open(impatient))
          .isInstanceOf(IOException.class)
          .hasStackTraceContaining("canceling statement due to lock timeout");
      old.rollback();
    }
    PostgresDatabase.open(impatient).close();
  }

  @Test
  void aCommandMakesNothingInAnEmptyDatabase() throws Exception {
    assertThatThrownBy(() -> PostgresDatabase.openBeside(address))
        .hasMessageContaining("made by another version of Waybill");
    try (Handle handle = org.jdbi.v3.core.Jdbi.open(PostgresDatabase.source(address))) {
      assertThat(
              handle
                  .createQuery(
                      "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN"
                          + " ('pg_catalog', 'information_schema')")
                  .mapTo(Long.class)
                  .one())
          .isZero();
    }
  }

  @Test
  void aNewerSchemaStopsTheStartInOneLine() throws Exception {
    PostgresDatabase.open(address).close();
    try (Handle handle = org.jdbi.v3.core.Jdbi.open(PostgresDatabase.source(address))) {
      handle.execute(
          "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
              + " checksum, installed_by, execution_time, success)"
              + " VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 1, 'x', 0, TRUE)");
    }

    for (Callable<?> opening :
        List.<Callable<?>>of(
            () -> PostgresDatabase.open(address), () -> PostgresDatabase.openBeside(address))) {
      assertThatThrownBy(opening::call)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("its schema is a newer Waybill's (version 999); start that one")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void saysInOneLineWhyItCannotBeOpenedAndNoPassword() {
    String nobody =
        "jdbc:postgresql://127.0.0.1:1/waybill?user=u&password=s3cr3t-of-nobody&connectTimeout=2";
    String noDatabase = address.url().replaceAll("waybill_\\d+", "no_database");
    for (String url : List.of(nobody, noDatabase)) {
      assertThatThrownBy(() -> PostgresDatabase.open(new PostgresAddress(url, null, null)))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot open PostgreSQL 127.0.0.1:")
          .message()
          .hasLineCount(1)
          .doesNotContain("s3cr3t");
    }
  }

  @Test
  void aLoginMayTakeLongerThanAReaderWaits() throws Exception {
    PGSimpleDataSource source = PostgresDatabase.source(address);
    source.setLoginTimeout(1); // as the pool does
    assertThat(source.getLoginTimeout()).isEqualTo(5);
  }

  @Test
  void tellsTheDatabasesTime() throws Exception {
    try (PostgresDatabase database = PostgresDatabase.open(address)) {
      Instant told = database.clock().instant();
      assertThat(Duration.between(told, Instant.now()).abs()).isLessThan(Duration.ofSeconds(2));
    }
  }

  private JdbiUploadStore open() throws IOException {
    return new JdbiUploadStore(
        PostgresDatabase.open(address), Clock.fixed(T0, java.time.ZoneOffset.UTC), Runnable::run);
  }

  private static String setting(Handle handle, String name) {
    return handle.createQuery("SHOW " + name).mapTo(String.class).one();
  }
}
