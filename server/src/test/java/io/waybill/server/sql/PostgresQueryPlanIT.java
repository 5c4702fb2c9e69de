package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.part;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadStore.LedgerChange;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** Asks PostgreSQL how it would run each statement of the store, on tables that are not empty. */
class PostgresQueryPlanIT {
  private static final Pattern PARAMETER = Pattern.compile("\\?");

  @Test
  void noStatementReadsAWholeTable() throws Exception {
    String url = TestPostgres.shared().newDatabase();
    PostgresAddress address = new PostgresAddress(url, null, null);
    // The extended protocol wants values for the parameters of an EXPLAIN.
    PostgresAddress simple = new PostgresAddress(url + "&preferQueryMode=simple", null, null);
    PostgresDatabase database = PostgresDatabase.open(address);
    RecordedDatabase recorded = new RecordedDatabase(database);
    Set<String> statements = recorded.statements();
    try (JdbiUploadStore store =
            new JdbiUploadStore(recorded, Clock.fixed(T0, ZoneOffset.UTC), Runnable::run);
        Handle explainer = Jdbi.open(PostgresDatabase.source(simple))) {
      fill(store, explainer);
      QueryPlanTest.runEverything(store);

      assertThat(statements).hasSizeGreaterThan(15);
      assertThat(statements).anyMatch(statement -> statement.startsWith("WITH reported"));
      assertThat(statements).anyMatch(statement -> statement.startsWith("SELECT upload_no FROM"));
      assertThat(statements).anyMatch(statement -> statement.startsWith("SELECT destination FROM"));
      for (String statement : QueryPlanTest.plannable(statements)) {
        assertThat(plan(explainer, statement))
            .as(statement)
            .isNotEmpty()
            .noneMatch(step -> step.matches(".*Seq Scan on (upload|part|tenant_usage).*"));
      }
      for (String statement : statements) {
        if (statement.contains("LIMIT")) {
          assertThat(plan(explainer, statement))
              .as(statement)
              .noneMatch(step -> step.contains("Sort"));
        }
      }
    }
  }

  /** Twenty thousand sessions of two tenants, and fifty thousand parts. */
  private static void fill(JdbiUploadStore store, Handle handle) {
    Upload first = newUpload(store, "first", active());
    assertThat(store.replace(first, active(), new LedgerChange(List.of(part(1, 1)), List.of())))
        .isTrue();
    String columns =
        handle
            .createQuery(
                """
                SELECT string_agg(column_name, ', ') FROM information_schema.columns
                WHERE table_name = 'upload' AND table_schema = 'public'
                  AND column_name NOT IN ('upload_no', 'upload_id', 'tenant', 'request_id')
                """)
            .mapTo(String.class)
            .one();
    handle.execute(
        """
        INSERT INTO upload (upload_id, tenant, request_id, %1$s)
        SELECT '01890a5d-ac96-774b-bcce-' || lpad(to_hex(n), 12, '0'), 't-' || (n %% 2), 'r-' || n, %1$s
        FROM upload CROSS JOIN generate_series(1, 20000) AS more (n)
        """
            .formatted(columns));
    handle.execute(
        """
        INSERT INTO part (part_key, size_bytes, etag, checksum, record_time)
        SELECT (upload_no << 14) + 2 + n, 1, 'e', NULL, 1
        FROM upload CROSS JOIN generate_series(0, 3) AS more (n) LIMIT 50000
        """);
    handle.execute(
        """
        INSERT INTO tenant_usage SELECT 'd', 't-' || n, 1, 1 FROM generate_series(1, 5000) AS more (n)
        """);
    handle.execute("ANALYZE");
  }

  /** As it is planned once for all values, which is what the driver's prepared statements get. */
  private static List<String> plan(Handle handle, String statement) {
    int number = 1;
    Matcher parameter = PARAMETER.matcher(statement);
    StringBuilder numbered = new StringBuilder();
    while (parameter.find()) {
      parameter.appendReplacement(numbered, Matcher.quoteReplacement("$" + number++));
    }
    parameter.appendTail(numbered);
    return handle.createQuery("EXPLAIN (GENERIC_PLAN) " + numbered).mapTo(String.class).list();
  }
}
