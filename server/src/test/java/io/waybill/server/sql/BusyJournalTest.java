package io.waybill.server.sql;

import io.waybill.server.upload.UploadStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole contract with a journal that is folded after every other report. */
public class BusyJournalTest extends UploadStoreContract {
  @TempDir Path dir;
  private @Nullable JdbiUploadStore store;

  @Override
  protected UploadStore newStore(Clock clock) throws Exception {
    JdbiUploadStore opened =
        new JdbiUploadStore(
            SqliteDatabase.open(dir.resolve("waybill.db")),
            clock,
            ForkJoinPool.commonPool(),
            CommitQueue.CAPACITY,
            new ReportJournal(2, 1));
    store = opened;
    return opened;
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }
}
