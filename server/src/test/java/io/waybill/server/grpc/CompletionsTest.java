package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status.Code;
import io.waybill.server.upload.InMemoryObjectStore.Operation;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.v1.CompleteResponse;
import io.waybill.v1.UploadState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Completions that take their time, and callers who do not have it. */
class CompletionsTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  private final CountDownLatch completing = new CountDownLatch(1);
  private final CountDownLatch s3Answers = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    s3Answers.countDown();
  }

  @Test
  void fiftyAtOnceAreOneCompletion() throws Exception {
    String id = uploaded();
    List<ListenableFuture<CompleteResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(waybill.futureStub().complete(Requests.complete(id)));
    }
    completing.await();
    assertThat(waybill.rig().bulkhead.getActiveCount()).isEqualTo(1);
    assertThat(waybill.rig().workers.getActiveCount()).isZero();
    s3Answers.countDown();
    Set<CompleteResponse> answers = new HashSet<>();
    for (ListenableFuture<CompleteResponse> call : calls) {
      answers.add(call.get(10, TimeUnit.SECONDS));
    }
    assertThat(answers).hasSize(1);
    assertThat(waybill.rig().objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  @Test
  void answersShortlyBeforeTheDeadline() throws Exception {
    String id = uploaded();
    Failures.of(
            () ->
                waybill
                    .stub()
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .complete(Requests.complete(id)))
        .hasReason(Reason.UPLOAD_COMPLETING)
        .has("upload_id", id)
        .mayBeRetried(true);
    s3Answers.countDown();
    awaitCompleted(id);
    assertThat(waybill.rig().timer.getQueue()).isEmpty();
  }

  @Test
  void goesOnWhenItsCallerHangsUp() throws Exception {
    String id = uploaded();
    ListenableFuture<CompleteResponse> call = waybill.futureStub().complete(Requests.complete(id));
    completing.await();
    call.cancel(true);
    s3Answers.countDown();
    awaitCompleted(id);
  }

  @Test
  void leavesNoAlarmBehind() {
    String id = uploaded();
    s3Answers.countDown();
    waybill.stub().withDeadlineAfter(10, TimeUnit.MINUTES).complete(Requests.complete(id));
    await().untilAsserted(() -> assertThat(waybill.rig().timer.getQueue()).isEmpty());
  }

  @Test
  void whileCompletingNothingElseGoes() throws Exception {
    String id = uploaded();
    ListenableFuture<CompleteResponse> call = waybill.futureStub().complete(Requests.complete(id));
    completing.await();
    Failures.of(() -> waybill.stub().signParts(Requests.signMissing(id, 1)))
        .hasReason(Reason.UPLOAD_COMPLETING)
        .mayBeRetried(true);
    Failures.of(() -> waybill.stub().reportPart(Requests.report(id, 1, "e")))
        .hasReason(Reason.UPLOAD_COMPLETING);
    Failures.of(() -> waybill.stub().abort(Requests.abort(id))).hasReason(Reason.UPLOAD_COMPLETING);
    s3Answers.countDown();
    assertThat(call.get(10, TimeUnit.SECONDS).getUpload().hasFailure()).isFalse();
  }

  @Test
  void fullQueuesAnswerThatTheyAre() {
    String id = uploaded();
    waybill.rig().bulkhead.shutdown();
    Failures.of(() -> waybill.stub().complete(Requests.complete(id)))
        .hasReason(Reason.OVERLOADED)
        .has("queue", "completions")
        .mayBeRetried(true);
    waybill.rig().workers.shutdown();
    Failures.of(() -> waybill.stub().abort(Requests.abort(id)))
        .hasReason(Reason.OVERLOADED)
        .has("queue", "workers")
        .mayBeRetried(true);
    waybill.rig().readers.shutdown();
    Failures.of(() -> waybill.stub().getUpload(Requests.get(id)))
        .hasReason(Reason.OVERLOADED)
        .has("queue", "readers");
    Failures.of(() -> waybill.stub().complete(Requests.complete(id)))
        .hasReason(Reason.OVERLOADED)
        .has("queue", "readers");
  }

  @Test
  void aCallThatWasGivenUpInTheQueueIsNotMade() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    for (int i = 0; i < 4; i++) {
      waybill.rig().workers.execute(() -> awaitQuietly(busy));
    }
    Failures.of(
            () ->
                waybill
                    .stub()
                    .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                    .startUpload(Requests.startThreeParts().build()))
        .isBare(Code.DEADLINE_EXCEEDED);
    busy.countDown();
    await().until(() -> waybill.rig().workers.getCompletedTaskCount() == 5);
    assertThat(waybill.rig().objects.calls(Operation.CREATE)).isZero();
  }

  /** An upload whose parts are all there, and whose Complete waits in S3. */
  private String uploaded() {
    String id =
        waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
    Upload upload = waybill.rig().stored(id);
    for (int n = 1; n <= 3; n++) {
      waybill.rig().objects.putPart(upload, n);
    }
    waybill
        .rig()
        .objects
        .before(
            operation -> {
              if (operation == Operation.COMPLETE) {
                completing.countDown();
                awaitQuietly(s3Answers);
              }
            });
    return id;
  }

  private void awaitCompleted(String id) {
    await()
        .until(
            () ->
                waybill.stub().getUpload(Requests.get(id)).getUpload().getState()
                    == UploadState.UPLOAD_STATE_COMPLETED);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
