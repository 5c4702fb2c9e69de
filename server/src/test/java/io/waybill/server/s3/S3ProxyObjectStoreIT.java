package io.waybill.server.s3;

import io.waybill.server.dev.EmbeddedS3;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract over the S3 that {@code dev} and {@code demo} run on. */
class S3ProxyObjectStoreIT extends ObjectStoreContract {
  private static EmbeddedS3 s3;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    s3 =
        EmbeddedS3.start(
            folder, 0, ACCESS_KEY, SECRET_KEY, List.of(TestUploads.BUCKET), (key, part) -> {});
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Override
  URI endpoint() {
    return s3.endpoint();
  }

  @Override
  String region() {
    return "us-east-1";
  }

  /** It returns all parts, and 501 to a marker. */
  @Override
  boolean pagesParts() {
    return false;
  }

  /** It lists nothing of an upload it does not know. */
  @Override
  boolean knowsUploadsWhenListing() {
    return false;
  }

  /** It verifies them, and forgets them. */
  @Override
  boolean listsChecksumsOfParts() {
    return false;
  }

  /** It stores them. */
  @Override
  boolean refusesPartsOfUnknownUploads() {
    return false;
  }

  /** It sorts them. */
  @Override
  boolean checksOrderOfParts() {
    return false;
  }

  /** It was told to ignore headers it does not know. */
  @Override
  boolean checksObjectSize() {
    return false;
  }

  /** It computes the object's own from the bytes. */
  @Override
  boolean wantsChecksumsInManifest() {
    return false;
  }

  @Override
  boolean refusesUnsignedHeaders() {
    return false;
  }
}
