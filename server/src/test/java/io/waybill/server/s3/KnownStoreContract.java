package io.waybill.server.s3;

import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.KnownStore;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The contract over a fake that behaves as one store does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KnownStoreContract implements ObjectStoreContract {
  private final FakeAwsS3 server;
  private final S3Bench bench;

  KnownStoreContract(KnownStore store, Set<Leniency> leniencies) throws IOException {
    server =
        FakeAwsS3.start(
            S3Bench.ACCESS_KEY,
            S3Bench.SECRET_KEY,
            FakeAwsS3.MIN_PART_BYTES,
            Clock.systemUTC(),
            List.of(TestUploads.BUCKET));
    server.behave(store.of(server));
    bench = new S3Bench(server.endpoint(), FakeAwsS3.REGION, leniencies);
  }

  @AfterAll
  void stop() {
    bench.close();
    server.close();
  }

  @Override
  public S3Bench s3() {
    return bench;
  }
}
