package io.waybill.server.s3;

import io.waybill.server.dev.EmbeddedS3;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract over the S3 that {@code dev} and {@code demo} run on. */
class S3ProxyObjectStoreIT implements ObjectStoreContract {
  /**
   * All but these: it shows an object's checksum, answers a repeated Complete as the first and one
   * of an unknown upload with 404, honours If-Match on DELETE, and keeps the object whatever comes
   * after Complete.
   */
  private static final Set<Leniency> LENIENCIES =
      EnumSet.complementOf(
          EnumSet.of(
              Leniency.SHOWS_NO_CHECKSUMS,
              Leniency.COMPLETE_OF_UNKNOWN_UPLOADS_BREAKS,
              Leniency.REPEATED_COMPLETE_IN_DOUBT,
              Leniency.LATE_PARTS_BREAK_OBJECTS,
              Leniency.REFUSES_CONDITIONAL_DELETES,
              Leniency.REFUSES_CONDITIONAL_DELETES_OF_PARTS));

  private static EmbeddedS3 server;
  private static S3Bench bench;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    server =
        EmbeddedS3.start(
            folder,
            0,
            S3Bench.ACCESS_KEY,
            S3Bench.SECRET_KEY,
            List.of(TestUploads.BUCKET),
            (key, part) -> {});
    bench = new S3Bench(server.endpoint(), "us-east-1", LENIENCIES);
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
