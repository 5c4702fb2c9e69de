package io.waybill.server.s3;

import io.waybill.server.s3.fake.ConditionalDelete;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.FakeAwsS3.Personality;
import io.waybill.server.s3.fake.KnownStore;
import io.waybill.server.s3.fake.LateParts;
import io.waybill.server.s3.fake.NoTags;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The contract on stores that differ from Amazon's in what they do with objects. */
class KnownStoresObjectStoreTest {
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class OnFake implements ObjectStoreContract {
    private final FakeAwsS3 server;
    private final S3Bench bench;

    OnFake(Function<FakeAwsS3, Personality> store, Set<Leniency> leniencies) throws IOException {
      server =
          FakeAwsS3.start(
              S3Bench.ACCESS_KEY,
              S3Bench.SECRET_KEY,
              FakeAwsS3.MIN_PART_BYTES,
              Clock.systemUTC(),
              List.of(TestUploads.BUCKET));
      server.behave(store.apply(server));
      bench = new S3Bench(server.endpoint(), FakeAwsS3.REGION, leniencies);
    }

    @Override
    public S3Bench s3() {
      return bench;
    }

    @AfterAll
    void stop() {
      bench.close();
      server.close();
    }
  }

  /** FAULTS 4. */
  @Nested
  class DeleteIfMatch501 extends OnFake {
    DeleteIfMatch501() throws IOException {
      super(KnownStore.DELETE_IF_MATCH_501::of, Set.of(Leniency.REFUSES_CONDITIONAL_DELETES));
    }
  }

  /** Issue 12, items 6 to 8: what Swift does with finished objects, without its listings. */
  @Nested
  class ObjectsAsOnSwift extends OnFake {
    ObjectsAsOnSwift() throws IOException {
      super(
          s3 ->
              ConditionalDelete.failsForWhatWasMadeOfParts(s3)
                  .over(NoTags.here())
                  .over(new LateParts(s3, LateParts.Then.CONFLICT)),
          Set.of(
              Leniency.REFUSES_CONDITIONAL_DELETES_OF_PARTS,
              Leniency.HAS_NO_TAGS,
              Leniency.LATE_PARTS_BREAK_OBJECTS));
    }
  }
}
