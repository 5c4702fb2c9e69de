package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.Failure;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Sessions for tests of a store, and their moments. */
public final class TestUploads {
  public static final Instant T0 = Instant.parse("2026-01-02T03:04:05.678Z");
  public static final Duration TTL = Duration.ofHours(1);
  public static final Instant END = T0.plus(TTL);
  public static final String TENANT = "acme";

  private static final Random RANDOM = new Random(42);
  private static final Failure REFUSAL = new Failure(Reason.PART_MISMATCH, "part 3 is not it");

  private TestUploads() {}

  /** The ids of one moment have no order; these are a millisecond apart. */
  public static UploadId id(int millis) {
    return UploadId.of(T0.plusMillis(millis), RANDOM);
  }

  public static UploadSpec spec(String tenant, String requestId) {
    return spec(id(0), tenant, requestId, "in/file", "bucket-of-the-day", T0);
  }

  public static UploadSpec spec(
      UploadId id, String tenant, String requestId, String key, String destination, Instant made) {
    return new UploadSpec(
        id,
        tenant,
        requestId,
        "digest",
        destination,
        "bucket",
        key,
        "file",
        "text/plain",
        UploadMode.MULTIPART,
        new PartPlan(S3Limits.MAX_OBJECT_BYTES, S3Limits.MAX_PART_BYTES),
        ChecksumAlgorithm.NONE,
        Map.of(),
        false,
        TTL,
        made,
        made.plus(Duration.ofDays(7)));
  }

  public static Progress creating() {
    return Progress.creating(T0.plusSeconds(60));
  }

  public static Progress active() {
    return creating().activated("s3-upload");
  }

  public static Progress completing() {
    return active().completing(T0.plusSeconds(60));
  }

  public static Progress completed() {
    return completing().completed(T0.plusSeconds(5), new StoredObject("e-1", "v", 7, null));
  }

  public static Failure refusal() {
    return REFUSAL;
  }

  public static Upload newUpload(UploadStore store, String requestId, Progress progress) {
    return store.create(spec(TENANT, requestId), progress, END, Quota.UNLIMITED).upload();
  }

  public static Upload reread(UploadStore store, Upload upload) {
    return store.find(upload.spec().tenant(), upload.id()).orElseThrow();
  }

  public static Part part(int number, long sizeBytes) {
    return new Part(number, sizeBytes, "etag-" + number, null, T0);
  }

  public static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  /** Whatever a call is refused with says why in one line, and nothing of the database. */
  public static void refuses(Reason reason, ThrowingCallable call) {
    assertThatExceptionOfType(UploadException.class)
        .isThrownBy(
            () -> {
              try {
                call.call();
              } catch (ExecutionException e) {
                throw e.getCause();
              }
            })
        .satisfies(
            e -> {
              assertThat(e.reason()).isEqualTo(reason);
              assertThat(e.retryAfter().isPresent()).isEqualTo(reason != Reason.INTERNAL);
              assertThat(e.text()).hasLineCount(1).doesNotContainIgnoringCase("sql");
            });
  }
}
