package io.waybill.server.s3;

import io.waybill.server.s3.fake.FakeAwsS3;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract with all of Amazon's strictness. */
class FakeAwsObjectStoreTest extends ObjectStoreContract {
  private FakeAwsS3 s3;

  @BeforeEach
  @Override
  void open() {
    try {
      s3 =
          FakeAwsS3.start(
              ACCESS_KEY,
              SECRET_KEY,
              FakeAwsS3.MIN_PART_BYTES,
              Clock.systemUTC(),
              List.of(TestUploads.BUCKET));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    super.open();
  }

  @AfterEach
  @Override
  void close() {
    super.close();
    s3.close();
  }

  @Override
  URI endpoint() {
    return s3.endpoint();
  }

  @Override
  String region() {
    return FakeAwsS3.REGION;
  }
}
