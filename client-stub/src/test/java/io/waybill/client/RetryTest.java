package io.waybill.client;

import static io.waybill.client.FakeS3.brokenConnection;
import static io.waybill.client.FakeS3.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetryTest {

  private static final Clock UTC = Clock.systemUTC();

  @TempDir Path folder;
  private Bench bench;
  private Path file;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(folder);
    file = bench.file(350_000);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void sendsAPartAgainAfterAPassingTrouble() throws Exception {
    bench.s3.script(2, status(503, "SlowDown"), brokenConnection(), status(500, "InternalError"));

    Upload upload = bench.uploader().upload(file);

    assertThat(bench.s3.content(upload.getUploadId(), 4)).isEqualTo(Files.readAllBytes(file));
    assertThat(Collections.frequency(bench.s3.sent(), 2)).isEqualTo(4);
    assertThat(bench.waits)
        .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
  }

  @Test
  void givesUpAfterTheAttemptsAllowedAndStaysResumable() {
    FakeS3.Answer slow = status(503, "SlowDown");
    bench.s3.script(3, Collections.nCopies(8, slow).toArray(FakeS3.Answer[]::new));

    UploadFailedException e = fail();

    assertThat(e.kind()).isEqualTo(Kind.STORAGE_UNAVAILABLE);
    assertThat(e).hasMessageContaining("part 3 in 8 attempts").hasMessageContaining("SlowDown");
    assertThat(e.resumable()).isTrue();
    assertThat(e.uploadId()).contains("upload-1");
    assertThat(bench.stateFolder()).isNotEmptyDirectory();
  }

  @Test
  void signsAgainWhateverAStoreSaysOfAUrlThatIsNotFresh() throws Exception {
    bench.s3.script(1, status(403, "InvalidAccessKeyId"));

    bench
        .uploaderBuilder()
        .timing(new Backoff(RetryPolicy.defaults().withMaxAttempts(1), () -> 0, d -> {}), UTC)
        .build()
        .upload(file);

    // Alone, or with whichever part waits for its signature at that moment.
    assertThat(bench.waybill.calls.stream().filter(call -> call.matches("SignParts .*\\b1\\b.*")))
        .hasSize(2);
  }

  @Test
  void signsAgainBeforeSendingWithAUrlAboutToExpire() throws Exception {
    bench.waybill.urlTtl = Duration.ofSeconds(5);

    bench.uploader().upload(bench.file(1));

    assertThat(bench.s3.sent()).hasSize(1);
    assertThat(bench.waybill.count("SignParts")).isEqualTo(2);
  }

  @Test
  void stopsAtARefusalOfAFreshUrl() {
    FakeS3.Answer expired = status(403, "AccessDenied", "Request has expired");
    bench.s3.script(2, expired, expired, expired);

    UploadFailedException e = fail();

    assertThat(e.kind()).isEqualTo(Kind.STORAGE_REFUSED);
    assertThat(e).hasMessageContaining("HTTP 403 AccessDenied");
    assertThat(Collections.frequency(bench.s3.sent(), 2)).isEqualTo(2);
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void neverTellsAUrlOrASignature() {
    for (FakeS3.Answer answer :
        new FakeS3.Answer[] {status(403, "AccessDenied"), status(413, "")}) {
      bench.s3.script(2, answer, answer);
      StringWriter trace = new StringWriter();
      fail().printStackTrace(new PrintWriter(trace));
      assertThat(trace.toString()).doesNotContain("http://", "X-Amz", "c0ffee");
    }
  }

  @Test
  void neverTellsAUrlThatCannotBeUsed() {
    bench.waybill.urlSuffix = " {broken}";

    StringWriter trace = new StringWriter();
    fail().printStackTrace(new PrintWriter(trace));

    assertThat(trace.toString()).doesNotContain("http://", "X-Amz", "c0ffee");
  }

  @Test
  void asksCompleteWhenAnObjectStandsThereAlready() throws Exception {
    bench.waybill.failNext(
        "Complete", FakeWaybill.error(Status.Code.ALREADY_EXISTS, "OBJECT_EXISTS"));
    bench.s3.script(1, status(412, "PreconditionFailed"));

    UploadFailedException e =
        catchThrowableOfType(
            UploadFailedException.class, () -> bench.uploader().upload(bench.file(10)));

    assertThat(e).hasMessageContaining("OBJECT_EXISTS");
    assertThat(e.resumable()).isFalse();
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  @Test
  void takesItsOwnObjectFromCompleteWhenThePutHadSucceededUnseen() throws Exception {
    Path small = bench.file(10);
    // S3 stored the part, the reply was lost, and the server has learnt of it from S3.
    bench.s3.script(
        1,
        exchange -> {
          bench.waybill.record("upload-1", 1);
          status(412, "PreconditionFailed").give(exchange);
        });

    Upload upload = bench.uploader().upload(small);

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
  }

  @Test
  void sendsAgainWhatCompleteFindsMissing() throws Exception {
    bench.waybill.beforeComplete(() -> bench.waybill.forget("upload-1", 3));

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(Collections.frequency(bench.s3.sent(), 3)).isEqualTo(2);
    assertThat(bench.s3.sent()).hasSize(5);
  }

  @Test
  void stopsSendingAgainAfterThreeRounds() {
    for (int i = 0; i < 3; i++) {
      bench.waybill.beforeComplete(() -> bench.waybill.forget("upload-1", 3));
    }

    assertThat(fail()).hasMessageContaining("PARTS_MISSING");
    assertThat(bench.waybill.count("Complete")).isEqualTo(3);
  }

  @Test
  void cannotSendAgainWhatAStreamNoLongerHas() {
    bench.waybill.beforeComplete(() -> bench.waybill.forget("upload-1", 1));

    UploadFailedException e =
        catchThrowableOfType(
            UploadFailedException.class,
            () ->
                bench
                    .uploader()
                    .upload(
                        new ByteArrayInputStream(Bench.bytes(350_000)),
                        350_000,
                        UploadOptions.defaults()));

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_SPENT);
    assertThat(e.resumable()).isTrue();
  }

  @Test
  void ridesOutAServerThatIsAway() throws Exception {
    for (String rpc : new String[] {"SignParts", "ReportPart", "Complete"}) {
      bench.waybill.failNext(rpc, Status.UNAVAILABLE.asRuntimeException());
      bench.waybill.failNext(rpc, Status.DEADLINE_EXCEEDED.asRuntimeException());
    }

    bench.uploader().upload(file);

    assertThat(bench.waits).hasSize(6);
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws Exception {
    bench.waybill.failNext(
        "StartUpload",
        FakeWaybill.error(Status.Code.UNAVAILABLE, "STORAGE_UNAVAILABLE", Duration.ofSeconds(7)));
    bench.waybill.failNext(
        "Complete",
        FakeWaybill.error(
            Status.Code.FAILED_PRECONDITION, "UPLOAD_COMPLETING", Duration.ofSeconds(3)));

    bench.uploader().upload(file);

    assertThat(bench.waits).containsExactly(Duration.ofMillis(7_100), Duration.ofMillis(3_100));
  }

  @Test
  void doesNotInsistOnAServerThatNeverAnswered() {
    for (int i = 0; i < Repeats.ATTEMPTS_AT_A_STRANGER; i++) {
      bench.waybill.failNext("StartUpload", Status.UNAVAILABLE.asRuntimeException());
    }

    UploadFailedException e = fail();

    assertThat(e.kind()).isEqualTo(Kind.SERVER);
    assertThat(e.getCause()).isInstanceOf(WaybillException.class);
    assertThat(bench.waits).hasSize(3);
  }

  @Test
  void insistsOnAServerThatHasAnswered() throws Exception {
    for (int i = 0; i < 7; i++) {
      bench.waybill.failNext("SignParts", Status.UNAVAILABLE.asRuntimeException());
    }

    bench.uploaderBuilder().parallel(1).build().upload(bench.file(10));

    assertThat(bench.waits).hasSize(7);
    assertThat(bench.waybill.count("SignParts")).isEqualTo(8);
  }

  @Test
  void waitsForCompleteAsLongAsItsDeadlineAllows() throws Exception {
    for (int i = 0; i < 30; i++) {
      bench.waybill.failNext("Complete", completing());
      bench.waybill.failNext(
          "Complete",
          FakeWaybill.error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Duration.ofSeconds(1)));
    }

    Upload upload = bench.uploader().upload(file);

    assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    assertThat(waited()).isBetween(Duration.ofMinutes(8), Duration.ofMinutes(15));
  }

  @Test
  void waitsForCompleteNoLongerThanItsDeadline() {
    for (int i = 0; i < 1_000; i++) {
      bench.waybill.failNext("Complete", completing());
    }

    UploadFailedException e = fail();

    assertThat(e).hasMessageContaining("UPLOAD_COMPLETING");
    assertThat(e.resumable()).isTrue();
    assertThat(waited()).isBetween(Duration.ofMinutes(14), Duration.ofMinutes(15));
  }

  private static StatusRuntimeException completing() {
    return FakeWaybill.error(
        Status.Code.FAILED_PRECONDITION, "UPLOAD_COMPLETING", Duration.ofSeconds(1));
  }

  private Duration waited() {
    return bench.waits.stream().reduce(Duration.ZERO, Duration::plus);
  }

  @Test
  void keepsTheSessionWhenALaterCallIsRefusedForItsForm() {
    bench.waybill.failNext(
        "ReportPart", FakeWaybill.error(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST"));

    UploadFailedException e = fail();

    assertThat(e.kind()).isEqualTo(Kind.SERVER);
    assertThat(e.resumable()).isTrue();
    assertThat(bench.stateFolder()).isNotEmptyDirectory();
  }

  @Test
  void forgetsARequestThatCannotBe() {
    bench.waybill.failNext(
        "StartUpload", FakeWaybill.error(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST"));

    UploadFailedException e = fail();

    assertThat(e.resumable()).isFalse();
    assertThat(bench.stateFolder()).isEmptyDirectory();
  }

  @Test
  void noticesAFileThatChangesWhileItIsSent() {
    bench.s3.script(
        4,
        exchange -> {
          Files.writeString(file, "shorter");
          status(500, "").give(exchange);
        });

    UploadFailedException e = fail();

    assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    assertThat(e.resumable()).isFalse();
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void noticesBytesThatChangeUnderTheSameSize() {
    bench.s3.script(
        4,
        exchange -> {
          // When no other part can notice it, being in S3 already.
          await().atMost(30, TimeUnit.SECONDS).until(() -> bench.s3.parts.size() == 3);
          // In place: one that is truncated first is shorter for a moment, and a part may see it.
          Files.write(file, new byte[350_000], StandardOpenOption.WRITE);
          status(400, "BadDigest").give(exchange);
        });

    assertThat(fail()).hasMessageContaining("part 4 changed");
  }

  @Test
  void sendsAgainWhenTheBytesWereSpoiltOnTheWay() throws Exception {
    bench.s3.script(4, status(400, "BadDigest"));

    bench.uploader().upload(file);

    assertThat(bench.s3.sent()).hasSize(5);
  }

  @Test
  void refusesAStreamOfAnotherLength() {
    for (int announced : new int[] {349_999, 350_001}) {
      UploadFailedException e =
          catchThrowableOfType(
              UploadFailedException.class,
              () ->
                  bench
                      .uploader()
                      .upload(
                          new ByteArrayInputStream(Bench.bytes(350_000)),
                          announced,
                          UploadOptions.defaults()));
      assertThat(e.kind()).isEqualTo(Kind.SOURCE_CHANGED);
    }
    assertThat(bench.waybill.count("Complete")).isZero();
  }

  @Test
  void refusesAnObjectOfAnotherSize() {
    bench.waybill.objectSizeOff = 1;

    assertThat(fail().kind()).isEqualTo(Kind.OBJECT_MISMATCH);
  }

  private UploadFailedException fail() {
    return catchThrowableOfType(UploadFailedException.class, () -> bench.uploader().upload(file));
  }
}
