package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.client.UploadFailedException;
import io.waybill.client.UploadOptions;
import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UploaderIT {
  @TempDir static Path folder;
  private TestS3 s3;
  private ServerProcess server;
  private WaybillClient client;
  private Uploader uploader;

  @BeforeAll
  void start() throws Exception {
    s3 = TestS3.start(folder.resolve("s3"));
    server = ServerProcess.start(folder, s3);
    client = WaybillClient.builder(server.target()).plaintext().build();
    uploader = Uploader.builder(client).withoutStateFiles().build();
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    server.close();
    s3.close();
    assertThat(server.log()).doesNotContain("X-Amz-Signature", "ERROR", "SEVERE");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, UPLOAD_MODE_SINGLE",
    "1, 1, UPLOAD_MODE_SINGLE",
    "6291456, 1, UPLOAD_MODE_SINGLE",
    "6291457, 2, UPLOAD_MODE_MULTIPART",
    "10485760, 2, UPLOAD_MODE_MULTIPART",
    "17000003, 4, UPLOAD_MODE_MULTIPART",
  })
  void whatComesOutIsWhatWentIn(int size, int parts, UploadMode mode) throws Exception {
    byte[] bytes = bytes(size);

    Upload upload = uploader.upload(file("some.bin", bytes));

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(upload.getMode()).isEqualTo(mode);
    assertThat(upload.getPartCount()).isEqualTo(parts);
    assertThat(upload.getObject().getSizeBytes()).isEqualTo(size);
    assertThat(s3.object(upload.getObjectKey())).isEqualTo(bytes);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"UNRECOGNIZED", "CHECKSUM_ALGORITHM_UNSPECIFIED"})
  void everyChecksumTravelsWithBothModes(ChecksumAlgorithm algorithm) throws Exception {
    for (UploadMode mode :
        new UploadMode[] {UploadMode.UPLOAD_MODE_SINGLE, UploadMode.UPLOAD_MODE_MULTIPART}) {
      byte[] bytes = bytes(11_000_001);
      UploadOptions options =
          UploadOptions.builder().checksumAlgorithm(algorithm).mode(mode).build();

      Upload upload = uploader.upload(file("sum.bin", bytes), options);

      assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
      assertThat(s3.object(upload.getObjectKey())).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b.bin", "übergröße — 日本語.bin", "%2F..%2F.bin", "a+b&c=d'e\"f.bin", "😀.bin"})
  void namesArriveAsTheyAre(String name) throws Exception {
    byte[] bytes = bytes(1_000);

    Upload upload = uploader.upload(file(name, bytes));

    assertThat(upload.getFilename()).isEqualTo(name);
    assertThat(upload.getObjectKey()).endsWith("/" + name).contains(upload.getUploadId());
    assertThat(s3.object(upload.getObjectKey())).isEqualTo(bytes);
  }

  @Test
  void aStreamOfKnownLengthGoesTheSameWay() throws Exception {
    byte[] bytes = bytes(12_345_678);

    Upload upload =
        uploader.upload(
            new ByteArrayInputStream(bytes),
            bytes.length,
            UploadOptions.builder().filename("stream.bin").build());

    assertThat(s3.object(upload.getObjectKey())).isEqualTo(bytes);
  }

  @Test
  void thePolicyOfTheDestinationIsTheServersWord() throws Exception {
    Path file = file("page.html", bytes(10));

    assertThatThrownBy(
            () -> uploader.upload(file, UploadOptions.builder().contentType("text/html").build()))
        .isInstanceOf(UploadFailedException.class)
        .hasStackTraceContaining("CONTENT_TYPE_NOT_ALLOWED")
        .hasStackTraceContaining("application/*, text/plain");
  }

  private Path file(String name, byte[] bytes) throws Exception {
    return Files.write(Files.createTempDirectory(folder, "in").resolve(name), bytes);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
