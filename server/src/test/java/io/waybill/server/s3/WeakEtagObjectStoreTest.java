package io.waybill.server.s3;

import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract behind a proxy that weakens ETags (FAULTS 7). */
class WeakEtagObjectStoreTest implements ObjectStoreContract {
  private static FakeAwsS3 server;
  private static S3Bench bench;

  @BeforeAll
  static void start() throws IOException {
    server =
        FakeAwsS3.start(
            S3Bench.ACCESS_KEY,
            S3Bench.SECRET_KEY,
            FakeAwsS3.MIN_PART_BYTES,
            Clock.systemUTC(),
            List.of(TestUploads.BUCKET));
    server.behave(KnownStore.WEAK_ETAG.of(server));
    bench = new S3Bench(server.endpoint(), FakeAwsS3.REGION, Set.of());
  }

  @AfterAll
  static void stop() {
    bench.close();
    server.close();
  }

  @Override
  public S3Bench s3() {
    return bench;
  }
}
