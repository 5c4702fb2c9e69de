package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.TENANT;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.creating;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static io.waybill.server.sql.TestUploads.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.TenantUsage;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore.Created;
import io.waybill.server.upload.UploadStore.LedgerChange;
import io.waybill.server.upload.Usage;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas' stores on one PostgreSQL. */
public class PostgresReplicasIT {
  private static final int THREADS = 8;

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final List<JdbiUploadStore> stores = new ArrayList<>();
  private PostgresAddress address = new PostgresAddress("jdbc:postgresql:none", null, null);

  @BeforeEach
  void open() throws Exception {
    address = new PostgresAddress(TestPostgres.shared().newDatabase(), null, null);
    for (int i = 0; i < 2; i++) {
      stores.add(
          new JdbiUploadStore(
              PostgresDatabase.open(address), Clock.fixed(T0, ZoneOffset.UTC), Runnable::run));
    }
  }

  @AfterEach
  void close() {
    threads.shutdownNow();
    stores.forEach(JdbiUploadStore::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void agreeWithTheModelWhateverIsDoneByWhom(int seed) throws Exception {
    ModelComparison.run(stores.get(0), stores.get(1), true, seed);
  }

  @Test
  void aRequestIdMakesOneSessionWhoeverIsAsked() throws Exception {
    for (int round = 0; round < 20; round++) {
      String request = "r" + round;
      List<Created> all =
          atOnce(
              i ->
                  stores
                      .get(i % 2)
                      .create(spec(TENANT, request), creating(), END, Quota.UNLIMITED));
      assertThat(all).extracting(Created::upload).containsOnly(all.get(0).upload());
      assertThat(all).filteredOn(Created::isNew).hasSize(1);
    }
    assertThat(stores.get(0).usage("bucket-of-the-day", TENANT).openSessions()).isEqualTo(20);
  }

  /** As the first server of the next release does to those that still run. */
  @Test
  void aColumnThatIsAddedDisturbsNobody() throws Exception {
    for (int i = 0; i < 10; i++) { // by now the driver has prepared what they send
      for (JdbiUploadStore store : stores) {
        Upload upload = newUpload(store, "r" + i, active());
        assertThat(reread(store, upload)).isEqualTo(upload);
      }
    }
    try (Handle newer = Jdbi.open(PostgresDatabase.source(address))) {
      newer.execute("ALTER TABLE upload ADD COLUMN x BIGINT");
    }
    for (JdbiUploadStore store : stores) {
      Upload known = newUpload(store, "r1", active());
      assertThat(reread(store, known)).isEqualTo(known);
      assertThat(await(store.record(known, part(1, 1), END))).isTrue();
    }
  }

  @Test
  void countsAreRightWhoeverReports() throws Exception {
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      uploads.add(newUpload(stores.get(i % 2), "r" + i, active()));
    }
    List<Integer> reported =
        atOnce(
            thread -> {
              Random random = new Random(thread);
              List<CompletionStage<Boolean>> stages = new ArrayList<>();
              for (int n = 0; n < 400; n++) {
                Upload upload = uploads.get(random.nextInt(uploads.size()));
                Part part = part(1 + random.nextInt(50), 1 + random.nextInt(1_000));
                stages.add(stores.get(thread % 2).record(upload, part, END));
              }
              for (CompletionStage<Boolean> stage : stages) {
                assertThat(await(stage)).isTrue();
              }
              return stages.size();
            });

    long revisions = 0;
    for (Upload upload : uploads) {
      assertCountsAgree(upload);
      revisions += reread(stores.get(0), upload).revision() - upload.revision();
    }
    assertThat(revisions)
        .as("each report grows one, whoever takes it")
        .isEqualTo(reported.stream().mapToInt(n -> n).sum());
    assertNoConflicts();
  }

  @Test
  void aQuotaHoldsAcrossThem() throws Exception {
    Quota ten = new Quota(10, Quota.NO_LIMIT);
    List<Integer> made =
        atOnce(
            thread -> {
              int count = 0;
              for (int n = 0; n < 8; n++) {
                try {
                  stores
                      .get(thread % 2)
                      .create(spec(TENANT, "r" + thread + "-" + n), active(), END, ten);
                  count++;
                } catch (UploadException e) {
                  assertThat(e.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
                }
              }
              return count;
            });
    assertThat(made.stream().mapToInt(n -> n).sum()).isEqualTo(10);
    assertThat(stores.get(1).usage("bucket-of-the-day", TENANT).openSessions()).isEqualTo(10);
  }

  @Test
  void aStartThatAnotherReplicaHasMadeMeanwhileIsNotBeyondTheQuota() throws Exception {
    Quota one = new Quota(1, Quota.NO_LIMIT);
    UploadSpec spec = spec(TENANT, "r1");
    List<Created> others = new ArrayList<>();
    try (JdbiUploadStore interrupted =
        interrupted(
            "UPDATE tenant_usage",
            () -> others.add(stores.get(0).create(spec, active(), END, one)))) {
      Created created = interrupted.create(spec(TENANT, "r1"), active(), END, one);

      assertThat(created.isNew()).isFalse();
      assertThat(created.upload()).isEqualTo(others.get(0).upload());
    }
    assertThat(stores.get(0).usage("bucket-of-the-day", TENANT).openSessions()).isEqualTo(1);
  }

  @Test
  void roomThatAnotherReplicaHasGivenBackMeanwhileIsTaken() throws Exception {
    Quota one = new Quota(1, Quota.NO_LIMIT);
    Upload last = stores.get(0).create(spec(TENANT, "r1"), active(), END, one).upload();
    try (JdbiUploadStore interrupted =
        interrupted(
            "SELECT open_sessions",
            () ->
                assertThat(stores.get(0).replaceIfNotExtended(last, last.progress().aborted(T0)))
                    .isTrue())) {
      assertThat(interrupted.create(spec(TENANT, "r2"), active(), END, one).isNew()).isTrue();
    }
    assertThat(stores.get(0).usage("bucket-of-the-day", TENANT).openSessions()).isEqualTo(1);
  }

  /** A third replica, whose writer is overtaken once: before a statement that begins so. */
  private JdbiUploadStore interrupted(String statement, Runnable overtaking) throws IOException {
    AtomicBoolean done = new AtomicBoolean();
    SqlLogger overtaken =
        new SqlLogger() {
          @Override
          public void logBeforeExecution(StatementContext context) {
            if (context.getParsedSql().getSql().startsWith(statement)
                && done.compareAndSet(false, true)) {
              overtaking.run();
            }
          }
        };
    Database database =
        new WrappedDatabase(PostgresDatabase.open(address)) {
          @Override
          public Handle openWriter() {
            return super.openWriter().setSqlLogger(overtaken);
          }
        };
    return new JdbiUploadStore(database, Clock.fixed(T0, ZoneOffset.UTC), Runnable::run);
  }

  @Test
  void oneOfManyReplacesWinsWhoeverAsks() throws Exception {
    for (int round = 0; round < 10; round++) {
      Upload seen = newUpload(stores.get(0), "r" + round, active());
      List<Boolean> won =
          atOnce(i -> stores.get(i % 2).replace(seen, active().completing(T0.plusSeconds(i))));
      assertThat(won).filteredOn(w -> w).hasSize(1);
    }
  }

  /** Every kind of write, on the same few sessions of a few tenants, in every order. */
  @Test
  void nobodyWaitsInACircle() throws Exception {
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String tenant = "t" + i % 3;
      uploads.add(
          stores.get(i % 2).create(spec(tenant, "r" + i), active(), END, Quota.UNLIMITED).upload());
    }
    AtomicInteger requests = new AtomicInteger();
    atOnce(
        thread -> {
          Random random = new Random(thread);
          JdbiUploadStore store = stores.get(thread % 2);
          for (int n = 0; n < 60; n++) {
            List<CompletionStage<Boolean>> stages = new ArrayList<>();
            for (int k = 0; k < 8; k++) {
              Upload upload = uploads.get(random.nextInt(uploads.size()));
              stages.add(store.record(upload, part(1 + random.nextInt(20), 1), END));
              stages.add(store.extend(upload, T0, END.plusSeconds(n), END));
            }
            write(store, uploads.get(random.nextInt(uploads.size())), requests, random);
            for (CompletionStage<Boolean> stage : stages) {
              await(stage);
            }
          }
          return true;
        });

    for (Upload upload : uploads) {
      if (stores.get(0).find(upload.spec().tenant(), upload.id()).isPresent()) {
        assertCountsAgree(upload);
      }
    }
    assertUsageAgrees();
    assertNoConflicts();
  }

  private static void write(
      JdbiUploadStore store, Upload upload, AtomicInteger requests, Random random) {
    Upload now = store.find(upload.spec().tenant(), upload.id()).orElse(upload);
    Progress progress = now.progress();
    switch (random.nextInt(5)) {
      case 0 ->
          store.create(
              spec(upload.spec().tenant(), "n" + requests.incrementAndGet()),
              active(),
              END,
              Quota.UNLIMITED);
      case 1 -> store.drop(upload, List.of(1 + random.nextInt(20)));
      case 2 -> {
        if (now.state() == UploadState.ACTIVE) {
          store.replace(
              now, progress.takenOver(END), new LedgerChange(List.of(part(3, 7)), List.of(4)));
        }
      }
      case 3 -> {
        if (now.state() == UploadState.ACTIVE && random.nextInt(4) == 0) {
          store.replace(now, progress.aborted(END));
        }
      }
      default -> {
        if (random.nextInt(8) == 0) {
          store.forget(now);
        }
      }
    }
  }

  private void assertCountsAgree(Upload upload) {
    Upload now = reread(stores.get(0), upload);
    List<Part> parts = stores.get(1).parts(upload, 0, S3Limits.MAX_PARTS);
    assertThat(now.uploadedParts()).isEqualTo(parts.size());
    assertThat(now.uploadedBytes()).isEqualTo(parts.stream().mapToLong(Part::sizeBytes).sum());
  }

  private void assertUsageAgrees() {
    Map<String, Usage> expected = new HashMap<>();
    for (String tenant : List.of("t0", "t1", "t2")) {
      long open = 0;
      long bytes = 0;
      for (Upload upload : stores.get(0).list(new ListQuery(tenant).most(1_000).build())) {
        Usage usage = Usage.of(upload.spec(), upload.state());
        open += usage.openSessions();
        bytes += usage.reservedBytes();
      }
      expected.put(tenant, new Usage(open, bytes));
    }
    for (TenantUsage usage : stores.get(1).usages()) {
      assertThat(usage.usage()).isEqualTo(expected.get(usage.tenant()));
    }
  }

  /** Not one deadlock was broken by PostgreSQL, which takes a second each. */
  private void assertNoConflicts() {
    assertThat(stores).allSatisfy(store -> assertThat(store.writes().conflicts()).isZero());
  }

  private interface Work<T> {
    T run(int thread) throws Exception;
  }

  private <T> List<T> atOnce(Work<T> work) throws Exception {
    List<Callable<T>> tasks = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int n = i;
      tasks.add(() -> work.run(n));
    }
    List<T> results = new ArrayList<>();
    for (Future<T> future : threads.invokeAll(tasks)) {
      results.add(future.get());
    }
    return results;
  }
}
