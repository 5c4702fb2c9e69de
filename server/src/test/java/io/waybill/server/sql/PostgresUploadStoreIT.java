package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.creating;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadStore;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

public class PostgresUploadStoreIT extends UploadStoreContract implements FindingStoreContract {
  private static PostgresAddress address = new PostgresAddress("jdbc:postgresql:none", null, null);
  private @Nullable JdbiUploadStore store;

  @BeforeAll
  static void newDatabase() throws Exception {
    address = new PostgresAddress(TestPostgres.shared().newDatabase(), null, null);
  }

  @Override
  protected UploadStore newStore(Clock clock) throws Exception {
    PostgresDatabase database = PostgresDatabase.open(address);
    try (Handle writer = database.openWriter()) {
      writer.execute("TRUNCATE upload, part, tenant_usage, report_journal, store_finding");
    }
    JdbiUploadStore opened = new JdbiUploadStore(database, clock, ForkJoinPool.commonPool());
    store = opened;
    return opened;
  }

  @Override
  public FindingStore findings() {
    return Objects.requireNonNull(store);
  }

  /** Others may be alive. */
  @Test
  void aStartLeavesLeasesAlone() throws Exception {
    Upload creating = newUpload(Objects.requireNonNull(store), "r1", creating());
    try (JdbiUploadStore second =
        new JdbiUploadStore(
            PostgresDatabase.open(address), Clock.fixed(T0, ZoneOffset.UTC), Runnable::run)) {
      assertThat(second.releaseLeases()).isZero();
      assertThat(reread(second, creating)).isEqualTo(creating);
    }
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }
}
