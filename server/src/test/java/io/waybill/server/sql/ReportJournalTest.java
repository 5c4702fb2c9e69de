package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.id;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongToIntFunction;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Wherever a report stands, it is read; and once. */
public class ReportJournalTest {
  private static final Clock CLOCK = Clock.fixed(T0, ZoneOffset.UTC);

  @TempDir Path dir;
  private final List<JdbiUploadStore> stores = new ArrayList<>();

  @AfterEach
  void close() {
    stores.forEach(JdbiUploadStore::close);
  }

  @Test
  void aReportIsReadBeforeItIsFoldedAndAfter() throws Exception {
    JdbiUploadStore store = open(new ReportJournal(1_000, 1_000));
    Upload upload = newUpload(store, "r1", active());
    Part full =
        new Part(10_000, 1L << 40, "é".repeat(64), Checksum.of(new byte[32]), T0.plusSeconds(9));
    await(store.record(upload, part(1, 7), END));
    await(store.record(upload, full, END));
    await(store.record(upload, part(1, 8), END));
    Upload before = reread(store, upload);
    assertThat(before.uploadedParts()).isEqualTo(2);
    assertThat(before.uploadedBytes()).isEqualTo(8 + (1L << 40));
    assertThat(before.updateTime()).isEqualTo(full.time());
    assertThat(store.parts(upload, 0, 10)).containsExactly(part(1, 8), full);
    assertThat(store.parts(upload, 1, 10)).containsExactly(full);
    assertThat(store.partNumbers(upload).toString()).isEqualTo("{1, 10000}");

    store.foldAtRest();
    await().until(() -> rowsInTheJournal() == 0);

    assertThat(reread(store, upload)).isEqualTo(before);
    assertThat(store.parts(upload, 0, 10)).containsExactly(part(1, 8), full);
    assertThat(store.partNumbers(upload).toString()).isEqualTo("{1, 10000}");
  }

  @Test
  void aStartReadsWhatTheLastOneLeft() throws Exception {
    JdbiUploadStore first = open(new ReportJournal(1_000, 1_000));
    Upload upload = newUpload(first, "r1", active());
    for (int number = 1; number <= 20; number++) {
      await(first.record(upload, part(number, 1), END));
    }
    JdbiUploadStore second = open(new ReportJournal(1_000, 1_000)); // beside it, as if it had died
    assertThat(rowsInTheJournal()).as("neither is a server").isEqualTo(20);
    assertThat(reread(second, upload).uploadedParts()).isEqualTo(20);
    assertThat(second.partNumbers(upload).cardinality()).isEqualTo(20);
  }

  /** Looked at as whoever starts after a crash would, at every step of the folding. */
  @Test
  void whateverIsFoldedTheDatabaseAloneHoldsAll() throws Exception {
    JdbiUploadStore store = open(new ReportJournal(6, 1));
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      uploads.add(newUpload(store, "r" + i, active()));
    }
    for (int n = 0; n < 24; n++) {
      await(store.record(uploads.get(n % 3), part(1 + n / 3, 1), END));
      try (JdbiUploadStore beside =
          JdbiUploadStore.open(dir.resolve("waybill.db"), CLOCK, Runnable::run)) {
        int held = 0;
        for (Upload upload : uploads) {
          held += beside.partNumbers(upload).cardinality();
        }
        assertThat(held).isEqualTo(n + 1);
      }
    }
  }

  @Test
  void aSliceEndsByReportsNotByUploads() {
    List<Long> uploads = List.of(1L, 2L, 3L, 4L, 5L);
    LongToIntFunction reports = uploadNo -> uploadNo == 3 ? 10_000 : 10;
    assertThat(ReportJournal.sliceEnd(uploads, 0, reports, 1)).isEqualTo(1);
    assertThat(ReportJournal.sliceEnd(uploads, 0, reports, 20)).isEqualTo(2);
    assertThat(ReportJournal.sliceEnd(uploads, 0, reports, 21)).isEqualTo(3);
    assertThat(ReportJournal.sliceEnd(uploads, 2, reports, 10_000)).isEqualTo(3);
    assertThat(ReportJournal.sliceEnd(uploads, 3, reports, 10_000)).isEqualTo(5);
    assertThat(ReportJournal.sliceEnd(uploads, 5, reports, 10_000)).isEqualTo(5);
  }

  @Test
  void aRowThatIsTakenInTwiceCountsOnce() {
    ReportBatch batch =
        ReportBatch.of(
            List.of(report(7, part(1, 1)), report(8, part(1, 1)), report(7, part(2, 1))));
    Unfolded.Generation generation = new Unfolded.Generation();
    generation.add(5, batch);
    generation.add(5, batch);
    generation.add(6, batch);
    generation.add(5, batch);
    Unfolded unfolded = new Unfolded(List.of(generation));
    assertThat(generation.size()).isEqualTo(6);
    assertThat(unfolded.count(7)).isEqualTo(4);
    assertThat(unfolded.of(7, 0))
        .extracting(each -> each.part().number())
        .containsExactly(1, 2, 1, 2);
    assertThat(unfolded.of(7, 5)).extracting(each -> each.part().number()).containsExactly(1, 2);
    assertThat(unfolded.count(9)).isZero();
  }

  private static LedgerWrite report(long uploadNo, Part part) {
    return new LedgerWrite(uploadNo, id(0), T0, END, null, part);
  }

  /** Commits that fail, and commits whose answer is lost, of reports and of foldings. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void whatWasAcknowledgedIsThereWhateverFails(int seed) throws Exception {
    Random random = new Random(seed);
    AtomicBoolean failing = new AtomicBoolean();
    JdbiUploadStore store =
        open(
            new ReportJournal(1 + random.nextInt(40), 1 + random.nextInt(8)),
            new WrappedDatabase(SqliteDatabase.open(dir.resolve("waybill.db"))) {
              @Override
              public void commit(Handle writer) {
                if (failing.get() && random.nextInt(6) == 0) {
                  throw new IllegalStateException("not committed");
                }
                super.commit(writer);
                if (failing.get() && random.nextInt(6) == 0) {
                  throw new OutOfMemoryError("committed, and nobody knows");
                }
              }
            });
    store.foldAtRest();
    List<Upload> uploads = new ArrayList<>();
    List<BitSet> acknowledged = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      uploads.add(newUpload(store, "r" + i, active()));
      acknowledged.add(new BitSet());
    }
    failing.set(true);
    for (int number = 1; number <= 200; number++) {
      int i = random.nextInt(uploads.size());
      try {
        assertThat(await(store.record(uploads.get(i), part(number, 1), END))).isTrue();
        acknowledged.get(i).set(number);
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(UploadException.class);
      }
      assertHolds(store, uploads.get(i), acknowledged.get(i));
    }
    failing.set(false);
    await().until(() -> rowsInTheJournal() == 0);
    for (int i = 0; i < uploads.size(); i++) {
      assertHolds(store, uploads.get(i), acknowledged.get(i));
    }
  }

  /** Every part that was acknowledged, and counts that fit the parts. */
  private static void assertHolds(UploadStore store, Upload upload, BitSet acknowledged) {
    BitSet held = store.partNumbers(upload);
    BitSet missing = (BitSet) acknowledged.clone();
    missing.andNot(held);
    assertThat(missing.toString()).isEqualTo("{}");
    assertThat(reread(store, upload).uploadedParts())
        .isBetween(acknowledged.cardinality(), store.partNumbers(upload).cardinality());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void agreesWithTheModelWhateverIsDone(int seed) throws Exception {
    Random random = new Random(seed);
    JdbiUploadStore store = open(new ReportJournal(1 + random.nextInt(12), 1 + random.nextInt(4)));
    JdbiUploadStore other = open(new ReportJournal(1 + random.nextInt(12), 1 + random.nextInt(4)));
    ModelComparison.run(store, other, false, seed);
  }

  /** Each report is of a new part, so counts and revision tell of one missed, or taken twice. */
  @Test
  void readersSeeEveryReportOnceWhileAllIsFolded() throws Exception {
    JdbiUploadStore store = open(new ReportJournal(64, 8));
    List<Upload> uploads = new ArrayList<>();
    List<AtomicInteger> acknowledged = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      uploads.add(newUpload(store, "r" + i, active()));
      acknowledged.add(new AtomicInteger());
    }
    AtomicBoolean over = new AtomicBoolean();
    List<CompletableFuture<Integer>> readers = new ArrayList<>();
    for (int reader = 0; reader < 2; reader++) {
      readers.add(
          CompletableFuture.supplyAsync(
              () -> {
                int reads = 0;
                for (; !over.get() || reads == 0; reads++) {
                  int i = reads % uploads.size();
                  int atLeast = acknowledged.get(i).get();
                  Upload now = reread(store, uploads.get(i));
                  assertThat(now.uploadedParts()).isGreaterThanOrEqualTo(atLeast);
                  assertThat(now.revision()).isEqualTo(1 + now.uploadedParts());
                  assertThat(store.partNumbers(now).cardinality())
                      .isGreaterThanOrEqualTo(now.uploadedParts());
                }
                return reads;
              }));
    }
    for (int number = 1; number <= 300; number++) {
      List<CompletionStage<Boolean>> stages = new ArrayList<>();
      for (Upload upload : uploads) {
        stages.add(store.record(upload, part(number, 1), END));
      }
      for (int i = 0; i < uploads.size(); i++) {
        assertThat(await(stages.get(i))).isTrue();
        acknowledged.get(i).incrementAndGet();
      }
    }
    over.set(true);
    for (CompletableFuture<Integer> reader : readers) {
      assertThat(await(reader)).isPositive();
    }
  }

  private JdbiUploadStore open(ReportJournal journal) throws IOException {
    return open(journal, SqliteDatabase.open(dir.resolve("waybill.db")));
  }

  private JdbiUploadStore open(ReportJournal journal, Database database) {
    JdbiUploadStore store =
        new JdbiUploadStore(
            database, CLOCK, ForkJoinPool.commonPool(), CommitQueue.CAPACITY, journal);
    stores.add(store);
    return store;
  }

  private int rowsInTheJournal() throws IOException {
    try (SqliteDatabase database = SqliteDatabase.open(dir.resolve("waybill.db"));
        Handle handle = database.openWriter()) {
      return handle.createQuery("SELECT count(*) FROM report_journal").mapTo(int.class).one();
    }
  }
}
