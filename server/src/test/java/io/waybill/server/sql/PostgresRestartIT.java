package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL goes down hard under load, and comes back. */
class PostgresRestartIT {
  private static final int RESTARTS = 3;

  @TempDir Path folder;

  @Test
  void noAcknowledgedReportIsLost() throws Exception {
    try (TestPostgres postgres = TestPostgres.start(folder.resolve("data"))) {
      PostgresAddress address = new PostgresAddress(postgres.newDatabase(), null, null);
      try (JdbiUploadStore store =
          new JdbiUploadStore(
              PostgresDatabase.open(address), Clock.fixed(T0, ZoneOffset.UTC), Runnable::run)) {
        Upload upload = newUpload(store, "r1", active());
        BitSet acknowledged = new BitSet();
        AtomicBoolean over = new AtomicBoolean();
        Thread reporter = new Thread(() -> report(store, upload, acknowledged, over));
        reporter.start();
        for (int i = 0; i < RESTARTS; i++) {
          int before = size(acknowledged);
          Awaitility.await().until(() -> size(acknowledged) >= before + 20);
          postgres.stopImmediately();
          assertThatThrownBy(() -> store.find("acme", upload.id()))
              .isInstanceOfSatisfying(
                  UploadException.class,
                  e -> assertThat(e.reason()).isEqualTo(Reason.STORE_UNAVAILABLE));
          postgres.startAgain();
        }
        int before = size(acknowledged);
        Awaitility.await().until(() -> size(acknowledged) >= before + 20);
        over.set(true);
        reporter.join();
        untilReadersAreBack(store, upload);

        BitSet held = store.partNumbers(upload);
        BitSet lost = (BitSet) acknowledged.clone();
        lost.andNot(held);
        assertThat(lost.isEmpty()).as("lost " + lost).isTrue();
        assertThat(reread(store, upload).uploadedParts()).isEqualTo(held.cardinality());
      }
    }
  }

  /** More readers than would get a turn by waiting, each for his own. */
  @Test
  void whileItIsAwayReadersAreRefusedAtOnce() throws Exception {
    try (TestPostgres postgres = TestPostgres.start(folder.resolve("data"))) {
      PostgresAddress address = new PostgresAddress(postgres.newDatabase(), null, null);
      try (JdbiUploadStore store =
          new JdbiUploadStore(
              PostgresDatabase.open(address), Clock.fixed(T0, ZoneOffset.UTC), Runnable::run)) {
        Upload upload = newUpload(store, "r1", active());
        postgres.stopImmediately();
        ExecutorService readers = Executors.newFixedThreadPool(8);
        try {
          List<Callable<Reason>> reads = Collections.nCopies(800, () -> refusal(store, upload));
          for (Future<Reason> read : readers.invokeAll(reads, 20, TimeUnit.SECONDS)) {
            assertThat(read.get()).isEqualTo(Reason.STORE_UNAVAILABLE);
          }
        } finally {
          readers.shutdownNow();
        }
        postgres.startAgain();
        untilReadersAreBack(store, upload);
      }
    }
  }

  /** The pool tries every five seconds by now. */
  private static void untilReadersAreBack(JdbiUploadStore store, Upload upload) {
    Awaitility.await()
        .ignoreExceptionsInstanceOf(UploadException.class)
        .until(() -> store.find("acme", upload.id()).isPresent());
  }

  private static Reason refusal(JdbiUploadStore store, Upload upload) {
    return catchThrowableOfType(UploadException.class, () -> store.find("acme", upload.id()))
        .reason();
  }

  private static void report(
      JdbiUploadStore store, Upload upload, BitSet acknowledged, AtomicBoolean over) {
    for (int number = 1; number <= 10_000 && !over.get(); number++) {
      try {
        if (await(store.record(upload, part(number, 1), END))) {
          synchronized (acknowledged) {
            acknowledged.set(number);
          }
        }
      } catch (ExecutionException e) {
        assertThat(e.getCause())
            .isInstanceOfSatisfying(
                UploadException.class,
                refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STORE_UNAVAILABLE));
        number--; // again, as a caller would
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static int size(BitSet acknowledged) {
    synchronized (acknowledged) {
      return acknowledged.cardinality();
    }
  }
}
