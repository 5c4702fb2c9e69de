package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.completing;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.refuses;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import java.sql.SQLException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The writer when PostgreSQL, the network or another replica is in its way. */
class PostgresWriterIT {
  private static final Clock CLOCK = Clock.fixed(T0, ZoneOffset.UTC);

  private final AtomicInteger lostCommits = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private PostgresAddress address = new PostgresAddress("jdbc:postgresql:none", null, null);
  private JdbiUploadStore store;
  private Upload upload;

  @BeforeEach
  void open() throws Exception {
    address = new PostgresAddress(TestPostgres.shared().newDatabase(), null, null);
    Database counted =
        new WrappedDatabase(PostgresDatabase.open(address)) {
          @Override
          public Handle openWriter() {
            connections.incrementAndGet();
            return super.openWriter();
          }

          @Override
          public void commit(Handle writer) {
            super.commit(writer);
            if (lostCommits.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
              throw new ConnectionException(new SQLException("the answer is lost", "08006"));
            }
          }
        };
    store = new JdbiUploadStore(counted, CLOCK, Runnable::run);
    upload = newUpload(store, "r1", active());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aTransactionThatMetAnotherIsRunAgain() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Boolean> holder = holdTheWriter(gate);
    CompletionStage<Boolean> report = store.record(upload, part(1, 7), END);
    CompletableFuture<Boolean> met =
        CompletableFuture.supplyAsync(
            () ->
                store
                    .writes()
                    .run(
                        handle -> {
                          if (runs.incrementAndGet() == 1) {
                            fail(handle, "40P01");
                          }
                          return true;
                        }));
    untilWaiting(2);
    gate.countDown();

    assertThat(await(holder)).isTrue();
    assertThat(await(met)).isTrue();
    assertThat(await(report)).isTrue();
    assertThat(runs).hasValue(2);
    assertThat(store.writes().conflicts()).isEqualTo(1);
    assertThat(reread(store, upload)).returns(1, Upload::uploadedParts);
    assertThat(reread(store, upload).revision()).isEqualTo(upload.revision() + 1);
  }

  @Test
  void whoAlwaysMeetsAnotherFailsAlone() throws Exception {
    CompletableFuture<Boolean> unlucky = failingBesideAReport("40001");

    refuses(Reason.STORE_UNAVAILABLE, () -> await(unlucky));
  }

  @Test
  void aPoisonedWriteFailsAlone() throws Exception {
    CompletableFuture<Boolean> poisoned = failingBesideAReport("23505");

    refuses(Reason.INTERNAL, () -> await(poisoned));
    assertThat(store.writes().conflicts()).isZero();
  }

  @Test
  void aCommitOfUnknownOutcomeIsNotRunAgain() throws Exception {
    int before = connections.get();
    lostCommits.set(1);
    refuses(Reason.STORE_UNAVAILABLE, () -> store.replace(upload, completing()));

    assertThat(reread(store, upload).progress()).isEqualTo(completing());
    assertThat(reread(store, upload).revision()).isEqualTo(upload.revision() + 1);
    assertThat(store.replace(upload, completing())).isFalse();
    assertThat(connections.get()).as("the connection was given up").isGreaterThan(before);
  }

  /** As after a restart: everybody's first batch finds its connection gone. */
  @Test
  void aConnectionThatIsLostInATransactionCostsNobodyHisAnswer() throws Exception {
    int idle =
        store
            .writes()
            .run(handle -> handle.createQuery("SELECT pg_backend_pid()").mapTo(int.class).one());
    TestPostgres.shared().execute("SELECT pg_terminate_backend(" + idle + ")");
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();

    int before = connections.get();
    AtomicInteger runs = new AtomicInteger();
    store
        .writes()
        .run(
            handle -> {
              handle.execute("UPDATE upload SET revision = revision + 100");
              return runs.incrementAndGet() > 1 || endConnection(handle);
            });
    assertThat(runs).hasValue(2);
    assertThat(connections).hasValue(before + 1);
    assertThat(store.writes().conflicts()).isZero();
    assertThat(reread(store, upload).revision()).isEqualTo(upload.revision() + 1 + 100);
  }

  @Test
  void whatEndsEveryConnectionIsNotRunForEver() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    refuses(
        Reason.STORE_UNAVAILABLE,
        () ->
            store
                .writes()
                .run(
                    handle -> {
                      runs.incrementAndGet();
                      handle.execute("DELETE FROM upload");
                      return endConnection(handle);
                    }));
    assertThat(runs).hasValue(2);
    assertThat(reread(store, upload)).isEqualTo(upload);
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  /** As after a failover, where the address leads to the old primary, which is a standby now. */
  @Test
  void aServerThatTakesNoWritesIsLeft() throws Exception {
    int before = connections.get();
    AtomicInteger runs = new AtomicInteger();
    int deleted =
        store
            .writes()
            .run(
                handle -> {
                  if (runs.incrementAndGet() == 1) {
                    handle.execute("SET TRANSACTION READ ONLY");
                  }
                  return handle.execute("DELETE FROM part");
                });
    assertThat(deleted).isZero();
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
    assertThat(connections).hasValue(before + 1);
  }

  @Test
  void aReplicaThatHoldsALockForTooLongIsNotWaitedFor() throws Exception {
    try (Handle frozen = Jdbi.open(PostgresDatabase.source(address))) {
      frozen.begin();
      frozen.execute("SELECT * FROM upload FOR UPDATE");
      refuses(Reason.STORE_UNAVAILABLE, () -> await(store.record(upload, part(1, 1), END)));
      frozen.rollback();
    }
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void everythingIsRefusedOnceItIsClosed() {
    store.close();
    refuses(Reason.STORE_UNAVAILABLE, () -> await(store.record(upload, part(3, 1), END)));
    refuses(Reason.STORE_UNAVAILABLE, () -> store.forget(upload));
    refuses(Reason.STORE_UNAVAILABLE, () -> store.find("acme", upload.id()));
  }

  private static boolean fail(Handle handle, String state) {
    handle.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '" + state + "'; END $$");
    return true;
  }

  private static boolean endConnection(Handle handle) {
    return handle
        .createQuery("SELECT pg_terminate_backend(pg_backend_pid())")
        .mapTo(Boolean.class)
        .one();
  }

  private CompletableFuture<Boolean> holdTheWriter(CountDownLatch gate) throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CompletableFuture<Boolean> holder =
        CompletableFuture.supplyAsync(
            () ->
                store
                    .writes()
                    .run(
                        handle -> {
                          held.countDown();
                          awaitUninterruptibly(gate);
                          return true;
                        }));
    held.await();
    return holder;
  }

  private static void awaitUninterruptibly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A write in one batch with a report, which is none the worse for it. */
  private CompletableFuture<Boolean> failingBesideAReport(String sqlState) throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CompletableFuture<Boolean> holder = holdTheWriter(gate);
    CompletionStage<Boolean> report = store.record(upload, part(1, 7), END);
    CompletableFuture<Boolean> failing =
        CompletableFuture.supplyAsync(() -> store.writes().run(handle -> fail(handle, sqlState)));
    untilWaiting(2);
    gate.countDown();

    assertThat(await(holder)).isTrue();
    assertThat(await(report)).isTrue();
    return failing;
  }

  private void untilWaiting(int calls) {
    Awaitility.await().until(() -> store.writes().waiting() == calls);
  }
}
