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

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadStore.LedgerChange;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The writer, by way of the store, when things are full, slow, broken or closed. */
public class CommitQueueTest {
  private static final Clock CLOCK = Clock.fixed(T0, ZoneOffset.UTC);
  private static final int CAPACITY = 2_000;

  @TempDir Path dir;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final AtomicInteger failingBegins = new AtomicInteger();
  private final AtomicInteger failingCommits = new AtomicInteger();
  private final AtomicInteger lostCommits = new AtomicInteger();
  private final AtomicInteger failingJudgements = new AtomicInteger();
  private Executor callbacks = Runnable::run;
  private SqliteDatabase database;
  private JdbiUploadStore store;
  private Upload upload;

  @BeforeEach
  void open() throws Exception {
    database = SqliteDatabase.open(dir.resolve("waybill.db"), Duration.ofMillis(50));
    Database failing =
        new WrappedDatabase(database) {
          @Override
          public void begin(Handle writer) {
            fail(failingBegins);
            super.begin(writer);
          }

          @Override
          public void commit(Handle writer) {
            fail(failingCommits);
            super.commit(writer);
            runOutOfMemory(lostCommits);
          }

          @Override
          public Fault fault(Throwable failure) {
            runOutOfMemory(failingJudgements);
            return super.fault(failure);
          }
        };
    store =
        new JdbiUploadStore(
            failing, CLOCK, work -> callbacks.execute(work), 2 * CAPACITY, new ReportJournal());
    upload = newUpload(store, "r1", active());
  }

  @AfterEach
  void close() {
    gate.countDown();
    store.close();
  }

  @Test
  void commitsManyCallsAtOnce() throws Exception {
    holdTheWriter();
    long before = store.writes().commits();
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int number = 1; number <= 1_000; number++) {
      stages.add(store.record(upload, part(number, 1), END));
    }
    gate.countDown();
    for (CompletionStage<Boolean> stage : stages) {
      assertThat(await(stage)).isTrue();
    }

    assertThat(store.writes().commits() - before).isLessThanOrEqualTo(2);
    assertThat(reread(store, upload).uploadedParts()).isEqualTo(1_000);
  }

  @Test
  void growsTheRevisionWithEveryReport() throws Exception {
    holdTheWriter();
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int number = 1; number <= 50; number++) {
      stages.add(store.record(upload, part(number, 1), END.plusSeconds(number)));
      stages.add(store.extend(upload, T0, END, END.plusSeconds(number)));
    }
    gate.countDown();
    for (CompletionStage<Boolean> stage : stages) {
      assertThat(await(stage)).isTrue();
    }
    assertThat(reread(store, upload).revision()).isEqualTo(upload.revision() + 1 + 50);
  }

  @Test
  void answersOnlyWhatIsCommitted() throws Exception {
    holdTheWriter();
    CompletionStage<Boolean> stage = store.record(upload, part(1, 1), END);
    assertThat(stage.toCompletableFuture()).isNotDone();
    failingCommits.set(3); // The held one's, too, and the look that follows it.
    gate.countDown();

    refuses(Reason.STORE_UNAVAILABLE, () -> await(stage));
    assertThat(store.parts(upload, 0, 10)).isEmpty();
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void refusesWhenItIsFull() throws Exception {
    holdTheWriter();
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int i = 0; i < CAPACITY; i++) {
      stages.add(store.record(upload, part(1, i), END));
    }
    refuses(Reason.OVERLOADED, () -> await(store.record(upload, part(2, 1), END)));
    refuses(Reason.OVERLOADED, () -> await(store.extend(upload, T0, END, END)));
    refuses(Reason.OVERLOADED, () -> store.forget(upload));

    gate.countDown();
    for (CompletionStage<Boolean> stage : stages) {
      assertThat(await(stage)).isTrue();
    }
    assertThat(store.parts(upload, 0, 10)).containsExactly(part(1, CAPACITY - 1));
  }

  @Test
  void aPoisonedWriteFailsAlone() throws Exception {
    holdTheWriter();
    CompletableFuture<Boolean> broken =
        CompletableFuture.supplyAsync(
            () ->
                store
                    .writes()
                    .run(
                        handle -> {
                          handle.execute("DELETE FROM upload");
                          throw new IllegalStateException("poison");
                        }));
    CompletableFuture<Integer> wrong =
        CompletableFuture.supplyAsync(
            () -> store.writes().run(handle -> handle.execute("INSERT INTO upload VALUES (1)")));
    CompletableFuture<Boolean> good =
        CompletableFuture.supplyAsync(() -> store.replace(upload, completing()));
    CompletionStage<Boolean> report = store.record(upload, part(1, 1), END);
    untilWaiting(4);
    gate.countDown();

    assertThat(await(good)).isTrue();
    await(report);
    refuses(Reason.INTERNAL, () -> await(broken));
    refuses(Reason.INTERNAL, () -> await(wrong));
    assertThat(reread(store, upload).progress()).isEqualTo(completing());
  }

  @Test
  void anErrorFailsItsOwnWriteOnly() throws Exception {
    refuses(
        Reason.INTERNAL,
        () ->
            store
                .writes()
                .run(
                    handle -> {
                      handle.execute("DELETE FROM upload");
                      throw new OutOfMemoryError("in a write");
                    }));
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void anErrorOfTheWriterItselfIsAnsweredAndSurvived() throws Exception {
    holdTheWriter();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> store.replace(upload, completing()));
    CompletionStage<Boolean> report = store.record(upload, part(1, 1), END);
    untilWaiting(2);
    failingBegins.set(1);
    failingJudgements.set(2); // The connection's, and the batch's.
    gate.countDown();

    refuses(Reason.STORE_UNAVAILABLE, () -> await(waiting));
    refuses(Reason.STORE_UNAVAILABLE, () -> await(report));
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void aCommitOfUnknownOutcomeIsNotRunAgain() throws Exception {
    holdTheWriter();
    CompletableFuture<Boolean> replaced =
        CompletableFuture.supplyAsync(() -> store.replace(upload, completing()));
    CompletionStage<Boolean> report = store.record(upload, part(1, 1), END);
    untilWaiting(2);
    lostCommits.set(3); // The held one's, too, and the look that follows it.
    gate.countDown();

    refuses(Reason.STORE_UNAVAILABLE, () -> await(replaced));
    refuses(Reason.STORE_UNAVAILABLE, () -> await(report));
    assertThat(reread(store, upload).progress()).isEqualTo(completing());
    assertThat(store.parts(upload, 0, 10)).containsExactly(part(1, 1));
  }

  @Test
  void refusesWhileTheDatabaseIsLockedAndRecovers() throws Exception {
    try (Handle other = database.openWriter()) {
      other.execute("BEGIN EXCLUSIVE");
      refuses(Reason.STORE_UNAVAILABLE, () -> await(store.record(upload, part(1, 1), END)));
      refuses(Reason.STORE_UNAVAILABLE, () -> store.replace(upload, completing()));
      assertThat(reread(store, upload)).isEqualTo(upload);
      other.execute("ROLLBACK");
    }
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void refusesWhenTheDiskIsFullAndRecovers() throws Exception {
    maxPages(1);
    List<Part> many = IntStream.rangeClosed(1, 9_000).mapToObj(n -> part(n, 1)).toList();
    refuses(
        Reason.STORE_UNAVAILABLE,
        () -> store.replace(upload, completing(), new LedgerChange(many, List.of())));
    assertThat(reread(store, upload)).isEqualTo(upload);
    maxPages(1_000_000);
    assertThat(store.replace(upload, completing())).isTrue();
  }

  @Test
  void opensANewConnectionWhenItsOwnBreaks() throws Exception {
    refuses(
        Reason.STORE_UNAVAILABLE,
        () ->
            store
                .writes()
                .run(
                    handle -> {
                      closeConnectionOf(handle);
                      return handle.execute("DELETE FROM upload");
                    }));
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void answersTheWholeBatchWhenItCannotBegin() throws Exception {
    holdTheWriter();
    failingBegins.set(1);
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int number = 1; number <= 100; number++) {
      stages.add(store.record(upload, part(number, 1), END));
    }
    gate.countDown();
    for (CompletionStage<Boolean> stage : stages) {
      refuses(Reason.STORE_UNAVAILABLE, () -> await(stage));
    }
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void aTenantsFloodLeavesAnothersWritesTheirTurn() throws Exception {
    Upload quiet =
        store
            .create(TestUploads.spec("quiet", "r1"), TestUploads.active(), END, Quota.UNLIMITED)
            .upload();
    holdTheWriter();
    List<CompletionStage<Boolean>> flood = new ArrayList<>();
    for (int i = 0; i < CAPACITY; i++) {
      flood.add(store.record(upload, part(1 + i % 100, 1), END));
    }
    refuses(Reason.OVERLOADED, () -> await(store.record(upload, part(1, 1), END)));
    CompletionStage<Boolean> late = store.record(quiet, part(1, 1), END);
    long before = store.writes().commits();
    CompletableFuture<Long> commits =
        late.thenApply(recorded -> store.writes().commits() - before).toCompletableFuture();
    gate.countDown();

    assertThat(await(late)).isTrue();
    assertThat(await(commits)).as("the holder's, and the very next one").isEqualTo(2);
    for (CompletionStage<Boolean> stage : flood) {
      assertThat(await(stage)).isTrue();
    }
  }

  @Test
  void answersWhenTheCallbacksAreShutDown() throws Exception {
    callbacks =
        work -> {
          throw new RejectedExecutionException("shut down");
        };
    assertThat(await(store.record(upload, part(1, 1), END))).isTrue();
  }

  @Test
  void wakesWaitingThreadsWithoutTheCallbacks() {
    callbacks = work -> {};
    assertThat(store.replace(upload, completing())).isTrue();
  }

  @Test
  void finishesWhatWaitsWhenItIsClosed() throws Exception {
    holdTheWriter();
    CompletionStage<Boolean> waiting = store.record(upload, part(1, 1), END);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(store::close);
    Awaitility.await()
        .until(
            () -> {
              CompletionStage<Boolean> late = store.record(upload, part(2, 1), END);
              return late.toCompletableFuture().isCompletedExceptionally();
            });
    gate.countDown();
    await(closing);

    assertThat(await(waiting)).isTrue();
    refuses(Reason.STORE_UNAVAILABLE, () -> await(store.record(upload, part(3, 1), END)));
    refuses(Reason.STORE_UNAVAILABLE, () -> store.forget(upload));
    refuses(Reason.STORE_UNAVAILABLE, () -> store.find("acme", upload.id()));
    store.close();
  }

  /** Keeps the writer busy until the gate opens, so that what comes now waits together. */
  private void holdTheWriter() throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    CommitQueue.Write<Boolean> hold =
        handle -> {
          held.countDown();
          awaitGate();
          return true;
        };
    Thread holder = new Thread(() -> store.writes().run(hold));
    holder.setUncaughtExceptionHandler((thread, e) -> {}); // Some tests make its commit fail.
    holder.start();
    held.await();
  }

  private void awaitGate() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void untilWaiting(int calls) {
    Awaitility.await().until(() -> store.writes().waiting() == calls);
  }

  private void maxPages(int pages) {
    store
        .writes()
        .run(
            handle ->
                handle.createQuery("PRAGMA max_page_count = " + pages).mapTo(Long.class).one());
  }

  private static void closeConnectionOf(Handle handle) {
    try {
      handle.getConnection().close();
    } catch (SQLException e) {
      throw new ConnectionException(e);
    }
  }

  private static void fail(AtomicInteger times) {
    if (times.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new ConnectionException(new SQLException("the cable is out"));
    }
  }

  private static void runOutOfMemory(AtomicInteger times) {
    if (times.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new OutOfMemoryError("of the writer");
    }
  }
}
