package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.client.UploadOptions;
import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.KnownStore;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** FAULTS 7: before S3 is a proxy that answers {@code ETag: W/"…"}. */
class WeakEtagIT {
  private static final String BUCKET = "weak";
  private static final int PARTS = 4;
  private static final byte[] FILE = bytes(3 * (5 << 20) + 1_234_567);

  @TempDir Path folder;
  private FakeAwsS3 s3;
  private WaybillServer server;
  private WaybillClient client;

  @BeforeEach
  void start() throws Exception {
    s3 =
        FakeAwsS3.start(
            "access", "secret", FakeAwsS3.MIN_PART_BYTES, Clock.systemUTC(), List.of(BUCKET));
    s3.behave(KnownStore.WEAK_ETAG.of(s3));
    String yaml =
        """
        destinations:
          - name: a
            bucket: %s
            region: %s
            endpoint: %s
            path_style: true
            part_size: 5MiB
        """
            .formatted(BUCKET, FakeAwsS3.REGION, s3.endpoint());
    ServerConfig config =
        ServerConfig.parse(
            yaml, Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
    server =
        WaybillServer.start(
            config, S3Storage.open(config.connections(), "access", "secret", Clock.systemUTC()));
    assertThat(server.awaitReady(Duration.ofMinutes(1))).as("the start-up check passes").isTrue();
    assertThat(s3.keys(BUCKET)).as("and leaves nothing").isEmpty();
    client = WaybillClient.builder(server.target()).plaintext().build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    s3.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ChecksumAlgorithm.class,
      names = {"CHECKSUM_ALGORITHM_NONE", "CHECKSUM_ALGORITHM_MD5", "CHECKSUM_ALGORITHM_CRC32C"})
  void everyPartTravelsOnce(ChecksumAlgorithm algorithm) throws Exception {
    int before = s3.count("UploadPart");

    Upload upload = upload(algorithm, UploadMode.UPLOAD_MODE_MULTIPART);

    assertThat(s3.count("UploadPart") - before).isEqualTo(PARTS);
    assertThat(upload.getObject().getEtag()).endsWith("-" + PARTS).doesNotContain("W/", "\"");
  }

  @ParameterizedTest
  @EnumSource(
      value = ChecksumAlgorithm.class,
      names = {"CHECKSUM_ALGORITHM_NONE", "CHECKSUM_ALGORITHM_CRC32C"})
  void aSinglePutTravelsOnce(ChecksumAlgorithm algorithm) throws Exception {
    int before = s3.count("PutObject");

    var unused = upload(algorithm, UploadMode.UPLOAD_MODE_SINGLE);

    assertThat(s3.count("PutObject") - before).isEqualTo(1);
  }

  private Upload upload(ChecksumAlgorithm algorithm, UploadMode mode) throws Exception {
    Path file = Files.write(folder.resolve("file.bin"), FILE);
    UploadOptions options = UploadOptions.builder().checksumAlgorithm(algorithm).mode(mode).build();

    Upload upload = Uploader.builder(client).withoutStateFiles().build().upload(file, options);

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(s3.object(BUCKET, upload.getObjectKey()).orElseThrow().bytes()).isEqualTo(FILE);
    return upload;
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
