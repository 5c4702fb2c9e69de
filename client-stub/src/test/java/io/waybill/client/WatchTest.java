package io.waybill.client;

import static io.waybill.v1.UploadState.UPLOAD_STATE_ABORTED;
import static io.waybill.v1.UploadState.UPLOAD_STATE_ACTIVE;
import static io.waybill.v1.UploadState.UPLOAD_STATE_COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Following an upload over streams that end as they like. */
class WatchTest {
  @TempDir Path folder;
  private Bench bench;
  private final List<Upload> told = new ArrayList<>();

  @BeforeEach
  void open() {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void tellsEveryStateAndReturnsTheLast() {
    bench.waybill.watchNext(null, active(1), active(4), completed(5));

    assertThat(watch()).isEqualTo(completed(5));

    assertThat(told).containsExactly(active(1), active(4), completed(5));
    assertThat(bench.waits).isEmpty();
  }

  @Test
  void goesOnWhereABrokenStreamWas() {
    bench.waybill.watchNext(unavailable(), active(1), active(4));
    bench.waybill.watchNext(unavailable());
    bench.waybill.watchNext(null, active(6), completed(7));

    assertThat(watch()).isEqualTo(completed(7));

    assertThat(told).containsExactly(active(1), active(4), active(6), completed(7));
    assertThat(streams()).containsExactly("WatchUpload 0", "WatchUpload 4", "WatchUpload 0");
    assertThat(bench.waits).hasSize(2);
  }

  /** Behind a proxy that ends what is quiet, and answers for servers that are away. */
  @Test
  void asksForAllAfterAStreamThatToldNothingSoThatAServerShowsItself() {
    bench.waybill.watchNext(unavailable(), active(1));
    for (int i = 0; i < 15; i++) {
      bench.waybill.watchNext(unavailable());
      bench.waybill.watchNext(unavailable(), active(1));
    }
    bench.waybill.watchNext(null, completed(2));

    assertThat(watch()).isEqualTo(completed(2));

    assertThat(told).containsExactly(active(1), completed(2));
    assertThat(streams().subList(0, 5))
        .containsExactly(
            "WatchUpload 0", "WatchUpload 1", "WatchUpload 0", "WatchUpload 1", "WatchUpload 0");
  }

  @Test
  void beginsWhereItsCallerWas() {
    bench.waybill.watchNext(null, completed(7));
    assertThat(bench.client.watchUpload("u", 7, told::add)).isEqualTo(completed(7));
    assertThat(told).containsExactly(completed(7));
    assertThat(streams()).containsExactly("WatchUpload 7");
  }

  @Test
  void tellsNothingOldTwice() {
    bench.waybill.watchNext(unavailable(), active(3));
    bench.waybill.watchNext(null, active(2), active(3), active(4), completed(5));

    assertThat(watch()).isEqualTo(completed(5));

    assertThat(told).containsExactly(active(3), active(4), completed(5));
  }

  @Test
  void callsAgainWhenAServerEndsTheStream() {
    StatusRuntimeException ended =
        FakeWaybill.error(Status.Code.UNAVAILABLE, "WATCH_ENDED", Duration.ofSeconds(1));
    for (int i = 1; i <= 30; i++) {
      bench.waybill.watchNext(ended, active(i));
    }
    for (int i = 0; i < 30; i++) {
      bench.waybill.watchNext(ended); // a quiet one
    }
    bench.waybill.watchNext(null, completed(31));

    assertThat(watch()).isEqualTo(completed(31));

    assertThat(told).hasSize(31);
    assertThat(streams()).endsWith("WatchUpload 30", "WatchUpload 30");
    assertThat(bench.waits)
        .hasSize(60)
        .allSatisfy(wait -> assertThat(wait.toMillis()).isBetween(1_000L, 1_200L));
  }

  @Test
  void callsAgainWhenAStreamEndsTooEarly() {
    bench.waybill.watchNext(null, active(1));
    bench.waybill.watchNext(null, completed(2));
    assertThat(watch()).isEqualTo(completed(2));
    assertThat(bench.waits).hasSize(1);
  }

  @Test
  void givesUpWhenNobodyAnswersAnyMore() {
    bench.waybill.watchNext(unavailable(), active(1));
    for (int i = 0; i < 20; i++) {
      bench.waybill.watchNext(unavailable());
    }

    WaybillException e = failedWatch();

    assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(streams()).hasSize(RetryPolicy.defaults().maxAttempts());
    assertThat(told).containsExactly(active(1));
  }

  @Test
  void sendsANewTokenWhenTheOldOneEnds() {
    StatusRuntimeException expired =
        FakeWaybill.error(Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
    bench.waybill.watchNext(expired, active(1));
    bench.waybill.watchNext(expired); // its file is read once a second
    bench.waybill.watchNext(expired);
    bench.waybill.watchNext(null, completed(2));

    assertThat(watch()).isEqualTo(completed(2));

    assertThat(bench.waits)
        .hasSize(3)
        .allSatisfy(wait -> assertThat(wait).isGreaterThanOrEqualTo(Duration.ofSeconds(1)));
  }

  @Test
  void givesUpWhereItsTokenIsNotRenewedOrNeverWasGood() {
    StatusRuntimeException expired =
        FakeWaybill.error(Status.Code.UNAUTHENTICATED, "UNAUTHENTICATED");
    bench.waybill.watchNext(expired, active(1));
    for (int i = 0; i < 20; i++) {
      bench.waybill.watchNext(expired);
    }
    assertThat(failedWatch().is(ErrorReason.ERROR_REASON_UNAUTHENTICATED)).isTrue();
    assertThat(streams()).hasSize(RetryPolicy.defaults().maxAttempts());

    bench.waybill.calls.clear();
    assertThat(failedWatch().is(ErrorReason.ERROR_REASON_UNAUTHENTICATED)).isTrue();
    assertThat(streams()).hasSize(1);
  }

  @Test
  void takesNoForAnAnswer() {
    bench.waybill.watchNext(FakeWaybill.error(Status.Code.NOT_FOUND, "UPLOAD_NOT_FOUND"));
    assertThat(failedWatch().is(ErrorReason.ERROR_REASON_UPLOAD_NOT_FOUND)).isTrue();
    assertThat(streams()).hasSize(1);
  }

  @Test
  void aListenerThatThrowsEndsTheStream() {
    bench.waybill.watchNext(null, active(1), active(2), active(3), active(4), active(5));
    assertThatThrownBy(
            () ->
                bench.client.watchUpload(
                    "u",
                    upload -> {
                      throw Status.UNAVAILABLE.withDescription("mine").asRuntimeException();
                    }))
        .hasMessage("UNAVAILABLE: mine");
    assertThat(streams()).hasSize(1);
  }

  @Test
  void leavesNoStreamBehindItself() {
    bench.waybill.watchAndHold(active(1), aborted(2));
    assertThat(watch()).isEqualTo(aborted(2));
    await().until(() -> bench.waybill.left.contains("u"));
  }

  private Upload watch() {
    return bench.client.watchUpload("u", told::add);
  }

  private WaybillException failedWatch() {
    return catchThrowableOfType(WaybillException.class, this::watch);
  }

  private List<String> streams() {
    return List.copyOf(bench.waybill.calls);
  }

  private static Upload active(long revision) {
    return upload(revision, UPLOAD_STATE_ACTIVE);
  }

  private static Upload completed(long revision) {
    return upload(revision, UPLOAD_STATE_COMPLETED);
  }

  private static Upload aborted(long revision) {
    return upload(revision, UPLOAD_STATE_ABORTED);
  }

  private static Upload upload(long revision, UploadState state) {
    return Upload.newBuilder().setUploadId("u").setRevision(revision).setState(state).build();
  }

  private static StatusRuntimeException unavailable() {
    return Status.UNAVAILABLE.asRuntimeException();
  }
}
