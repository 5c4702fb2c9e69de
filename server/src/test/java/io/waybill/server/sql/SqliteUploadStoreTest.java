package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.completing;
import static io.waybill.server.sql.TestUploads.creating;
import static io.waybill.server.sql.TestUploads.newUpload;
import static io.waybill.server.sql.TestUploads.reread;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.StoreFeature;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class SqliteUploadStoreTest extends UploadStoreContract implements FindingStoreContract {
  @TempDir Path dir;
  private @Nullable JdbiUploadStore store;

  @Override
  protected UploadStore newStore(Clock clock) throws Exception {
    JdbiUploadStore opened =
        JdbiUploadStore.open(dir.resolve("waybill.db"), clock, ForkJoinPool.commonPool());
    store = opened;
    return opened;
  }

  @Override
  public FindingStore findings() {
    return Objects.requireNonNull(store);
  }

  @Test
  void findingsOutliveTheServer() throws Exception {
    Path file = dir.resolve("findings.db");
    try (JdbiUploadStore first = JdbiUploadStore.open(file, Clock.systemUTC(), Runnable::run)) {
      first.saveFindings("a", HERE, Map.of(StoreFeature.PART_URLS_END, true));
    }
    try (JdbiUploadStore second = JdbiUploadStore.open(file, Clock.systemUTC(), Runnable::run)) {
      assertThat(second.loadFindings("a", HERE))
          .isEqualTo(Map.of(StoreFeature.PART_URLS_END, true));
    }
  }

  /** It ends the wait, and leaves the fence: the holder may go on until somebody takes over. */
  @Test
  void leasesEndWhereTheirServerDied() throws Exception {
    try (JdbiUploadStore opened =
        JdbiUploadStore.open(
            dir.resolve("leases.db"), Clock.fixed(T0, ZoneOffset.UTC), Runnable::run)) {
      Upload creating = newUpload(opened, "r1", creating());
      Upload attempting = newUpload(opened, "r2", completing().attempting(T0, T0.plusSeconds(60)));
      Upload active = newUpload(opened, "r3", active());
      assertThat(opened.due(T0, 10)).isEmpty();

      assertThat(opened.releaseLeases()).isEqualTo(2);

      assertThat(opened.due(T0, 10)).extracting(Upload::id).contains(creating.id());
      assertThat(reread(opened, creating).progress()).isEqualTo(creating.progress().released());
      assertThat(reread(opened, attempting).progress())
          .isEqualTo(attempting.progress().released())
          .returns(T0, Progress::unsettledSince);
      assertThat(reread(opened, active)).isEqualTo(active);
      assertThat(opened.replace(creating, active())).isTrue();
      assertThat(opened.releaseLeases()).isZero();
    }
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }
}
