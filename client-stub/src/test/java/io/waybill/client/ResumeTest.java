package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumeTest {

  private static final int[] THERE = {1, 2, 3, 5};

  @TempDir Path folder;
  private Bench bench;
  private Path file;

  /** The session is known, and S3 has some parts: what a crash leaves behind. */
  @BeforeEach
  void interruptedUpload() throws Exception {
    bench = new Bench(folder);
    file = bench.file(1_000_000);
    bench.waybill.failNext(
        "SignParts", FakeWaybill.error(Status.Code.FAILED_PRECONDITION, "STORAGE_REFUSED"));
    assertThatExceptionOfType(UploadFailedException.class)
        .isThrownBy(() -> bench.uploader().upload(file))
        .matches(UploadFailedException::resumable);
    assertThat(bench.waybill.count("SignParts")).as("one refusal ends it").isEqualTo(1);
    assertThat(bench.s3.sent()).isEmpty();
    for (int n : THERE) {
      byte[] part = Arrays.copyOfRange(Bench.bytes(1_000_000), (n - 1) * 100_000, n * 100_000);
      bench.s3.parts.put("upload-1/" + n, part);
      bench.waybill.record("upload-1", n);
    }
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void sendsOnlyTheMissingParts() throws Exception {
    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getUploadId()).isEqualTo("upload-1");
    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(4, 6, 7, 8, 9, 10);
    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(file));
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  @Test
  void goesOnWhereTheListOfMissingPartsWasCut() throws Exception {
    for (int n = 1; n <= 10; n += 2) {
      bench.waybill.record("upload-1", n);
    }
    for (int n = 2; n <= 10; n += 2) {
      bench.waybill.forget("upload-1", n);
    }
    bench.waybill.missingRangesLimit = 2;

    Upload upload = bench.uploader().upload(file);

    // A cut list below the real limit is found out by Complete, which asks for the rest.
    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(bench.s3.sent()).containsExactlyInAnyOrder(2, 4, 6, 8, 10);
  }

  @Test
  void startsAfreshWhenTheSessionIsOver() throws Exception {
    bench.waybill.state("upload-1", UploadState.UPLOAD_STATE_EXPIRED);

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.sent()).hasSize(10);
  }

  @Test
  void startsAfreshWhenTheSessionIsOverAndNotYetSwept() throws Exception {
    bench.waybill.expired.add("upload-1");

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getUploadId()).isEqualTo("upload-2");
    assertThat(bench.s3.content("upload-2", 10)).isEqualTo(Files.readAllBytes(file));
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  @Test
  void startsAfreshOnce() {
    bench.waybill.expired.add("upload-1");
    bench.waybill.expired.add("upload-2");

    var e = catchThrowableOfType(UploadFailedException.class, () -> bench.uploader().upload(file));

    assertThat(e.kind()).isEqualTo(Kind.SESSION_OVER);
    assertThat(bench.waybill.count("StartUpload")).isEqualTo(3);
  }

  @Test
  void startsAfreshWhenTheRequestIdMeansSomethingElse() throws Exception {
    bench.waybill.failNext(
        "StartUpload", FakeWaybill.error(Status.Code.ALREADY_EXISTS, "REQUEST_ID_REUSED"));

    assertThat(bench.uploader().upload(file).getUploadId()).isEqualTo("upload-2");
  }

  @Test
  void returnsAtOnceWhatIsComplete() throws Exception {
    for (int n = 1; n <= 10; n++) {
      bench.waybill.record("upload-1", n);
    }
    bench.client.complete("upload-1");

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getUploadId()).isEqualTo("upload-1");
    assertThat(bench.s3.sent()).isEmpty();
  }

  @Test
  void startsAfreshForAnotherFileOrOtherOptions() throws Exception {
    var options = UploadOptions.builder().objectKey("other").build();
    assertThat(bench.uploader().upload(file, options).getUploadId()).isEqualTo("upload-2");

    Files.writeString(file, "other");
    assertThat(bench.uploader().upload(file).getUploadId()).isEqualTo("upload-3");
  }

  @Test
  void resumesAStreamByTheUploadsId() throws Exception {
    var options = UploadOptions.builder().uploadId("upload-1").build();

    bench.uploader().upload(new ByteArrayInputStream(Bench.bytes(1_000_000)), 1_000_000, options);

    assertThat(bench.s3.content("upload-1", 10)).isEqualTo(Files.readAllBytes(file));
  }

  @Test
  void refusesToResumeAnUploadOfAnotherSize() {
    var options = UploadOptions.builder().uploadId("upload-1").build();

    var e =
        catchThrowableOfType(
            UploadFailedException.class,
            () -> bench.uploader().upload(bench.file(999_999), options));

    assertThat(e.kind()).isEqualTo(Kind.SESSION_OVER);
    assertThat(e).hasMessageContaining("1000000 bytes");
  }

  @Test
  void findsNothingToResumeByAnUnknownId() {
    var options = UploadOptions.builder().uploadId("nobody").build();

    var e =
        catchThrowableOfType(
            UploadFailedException.class, () -> bench.uploader().upload(file, options));

    assertThat(e).hasMessageContaining("UPLOAD_NOT_FOUND");
    assertThat(e.resumable()).isFalse();
  }

  @Test
  void usesTheCallersRequestId() throws Exception {
    var options = UploadOptions.builder().requestId("mine").build();

    bench.uploader().upload(file, options);

    assertThat(bench.waybill.calls).contains("StartUpload mine");
  }

  @Test
  void remembersNothingWhenToldSo() throws Exception {
    Upload upload = bench.uploaderBuilder().withoutStateFiles().build().upload(file);

    assertThat(upload.getUploadId()).isEqualTo("upload-2");
  }
}
