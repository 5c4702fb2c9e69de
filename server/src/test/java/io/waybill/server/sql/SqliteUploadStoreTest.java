package io.waybill.server.sql;

import io.waybill.server.upload.UploadStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteUploadStoreTest extends UploadStoreContract {
  @TempDir Path dir;
  private @Nullable JdbiUploadStore store;

  @Override
  protected UploadStore newStore(Clock clock) throws Exception {
    JdbiUploadStore opened = JdbiUploadStore.open(dir, clock, ForkJoinPool.commonPool());
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
