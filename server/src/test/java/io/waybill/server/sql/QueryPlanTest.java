package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.TENANT;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore.LedgerChange;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every method of the store, and asks SQLite how it would run each statement they used. Not
 * {@code usages}, which is to read all of its table.
 */
class QueryPlanTest {
  @TempDir Path dir;

  @Test
  void noStatementReadsAWholeTableOrSorts() throws Exception {
    SqliteDatabase database = SqliteDatabase.open(dir.resolve("waybill.db"));
    RecordedDatabase recorded = new RecordedDatabase(database);
    Set<String> statements = recorded.statements();
    try (JdbiUploadStore store =
            new JdbiUploadStore(
                recorded,
                Clock.fixed(T0, ZoneOffset.UTC),
                Runnable::run,
                CommitQueue.CAPACITY,
                new ReportJournal());
        Handle explainer = database.openWriter()) {
      runEverything(store);

      assertThat(statements).hasSizeGreaterThan(15);
      for (String statement : plannable(statements)) {
        assertThat(plan(explainer, statement))
            .as(statement)
            .isNotEmpty()
            .allSatisfy(
                step -> assertThat(step).doesNotContain("SCAN").doesNotContain("TEMP B-TREE"));
      }
    }
  }

  static void runEverything(JdbiUploadStore store) throws Exception {
    Upload upload = newUpload(store, "r1", active());
    await(store.record(upload, part(1, 1), END.plusSeconds(1)));
    await(store.extend(upload, T0, END, END));
    store.drop(upload, List.of(1));
    store.parts(upload, 0, 10);
    store.partNumbers(upload);
    store.list(new ListQuery(TENANT).build());
    store.list(
        new ListQuery(TENANT)
            .states(UploadState.ACTIVE, UploadState.FAILED)
            .destination("d")
            .prefix("in/")
            .downTo(upload.id())
            .before(upload.id())
            .build());
    store.last(TENANT, null, 2);
    store.due(END, 10);
    store.expired(END, upload, 10);
    store.atRest(END, 0, 10);
    store.renewLeases(List.of(upload), END);
    store.releaseLeases();
    store.findOfAnyTenant(upload.id());
    store.usage("bucket-of-the-day", TENANT);
    store.revisions(List.of(upload.number(), upload.number() + 1));
    store.findAll(List.of(upload.number(), upload.number() + 1));
    Upload now = reread(store, upload);
    LedgerChange change = new LedgerChange(List.of(part(2, 2)), List.of(1, 2, 3));
    assertThat(store.replace(now, active().takenOver(END), change)).isTrue();
    assertThat(store.replaceIfNotExtended(reread(store, now), active().aborted(END))).isTrue();
    assertThat(store.forget(reread(store, now))).isTrue();
    Upload one = newUpload(store, "r2", active());
    Upload other = newUpload(store, "r3", active());
    assertThat(store.forget(List.of(one, other))).as("which are locked first").isEqualTo(2);
  }

  /** What has a plan: not BEGIN and COMMIT, not an insert of values. */
  static Set<String> plannable(Set<String> statements) {
    Set<String> plannable = new TreeSet<>();
    for (String statement : statements) {
      if (statement.startsWith("SELECT")
          || statement.startsWith("WITH")
          || statement.startsWith("UPDATE")
          || statement.startsWith("DELETE")) {
        plannable.add(statement);
      }
    }
    return plannable;
  }

  private static List<String> plan(Handle handle, String statement) {
    return handle
        .createQuery("EXPLAIN QUERY PLAN " + statement.replace("?", "1"))
        .map((row, context) -> row.getString("detail"))
        .list();
  }
}
