package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.Status.Code;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc.UploadServiceStub;
import io.waybill.v1.UploadState;
import io.waybill.v1.WatchUploadRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** WatchUpload as its callers see it. */
class WatchUploadServiceTest {
  private static final String UNKNOWN_ID = "019b76da-a800-7bb2-92c6-ae7df9b15165";

  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  private final List<WatchedStream> streams = new ArrayList<>();

  /** Before the server is cut off, which is no end that the contract has. */
  @AfterEach
  void hangUp() throws Exception {
    for (WatchedStream stream : streams) {
      stream.cancel();
      stream.end();
    }
  }

  @Test
  void streamsWhatGetUploadShowsUntilTheEnd() throws Exception {
    String id = start();
    WatchedStream stream = watch(Requests.watch(id));
    assertThat(stream.next()).isEqualTo(shown(id));

    waybill.stub().reportPart(Requests.report(id, 1, "e"));
    Upload reported = nextLookedFor(stream);
    assertThat(reported).isEqualTo(shown(id));
    assertThat(reported.getUploadedParts()).isEqualTo(1);
    waybill.stub().abort(Requests.abort(id));
    Upload last = nextLookedFor(stream);
    assertThat(last).isEqualTo(shown(id));
    assertThat(last.getState()).isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(last.getRevision()).isGreaterThan(reported.getRevision());
    assertThat(stream.end()).isEqualTo(Status.OK);
    assertThat(stream.rest()).isEmpty();
    awaitNobodyWatches();
  }

  @Test
  void isTakenUpAgainAtARevision() throws Exception {
    String id = start();
    long known = shown(id).getRevision();
    WatchedStream upToDate = watch(Requests.watch(id).setAfterRevision(known));
    WatchedStream behind = watch(Requests.watch(id).setAfterRevision(known - 1));
    assertThat(behind.next().getRevision()).isEqualTo(known);
    awaitWatching(2);
    look();
    waybill.stub().reportPart(Requests.report(id, 1, "e"));
    assertThat(nextLookedFor(upToDate).getUploadedParts()).isEqualTo(1);
    assertThat(nextLookedFor(behind).getUploadedParts()).isEqualTo(1);
    assertThat(upToDate.rest()).isEmpty();
  }

  @Test
  void aTerminalSessionIsToldOnceAndTheStreamEnds() throws Exception {
    String id = start();
    waybill.stub().abort(Requests.abort(id));
    WatchedStream stream = watch(Requests.watch(id).setAfterRevision(shown(id).getRevision()));
    assertThat(stream.next()).isEqualTo(shown(id));
    assertThat(stream.end()).isEqualTo(Status.OK);
  }

  @Test
  void aStrangersUploadIsNotFound() throws Exception {
    WatchedStream stream = watch("stranger", Requests.watch(start()));
    stream.failure().hasReason(Reason.UPLOAD_NOT_FOUND).mayBeRetried(false);
    assertThat(waybill.rig().watching()).isZero();
  }

  @Test
  void refusesWhatIsWrongInForm() throws Exception {
    WatchedStream stream =
        watch(WatchUploadRequest.newBuilder().setUploadId("x").setAfterRevision(-1));
    Failures failure = stream.failure().hasReason(Reason.INVALID_REQUEST);
    assertThat(failure.fields()).containsExactly("upload_id", "after_revision");
  }

  @Test
  void aTenantHasSoManyStreams() throws Exception {
    String id = start();
    List<WatchedStream> open = new ArrayList<>();
    for (int i = 0; i < Rig.WATCH_LIMITS.mostPerTenant(); i++) {
      open.add(watch(Requests.watch(id)));
      open.get(i).next();
    }
    watch(Requests.watch(id))
        .failure()
        .hasReason(Reason.OVERLOADED)
        .has("queue", "watches")
        .mayBeRetried(true);
    open.get(0).cancel();
    awaitWatching(open.size() - 1);
    watch(Requests.watch(id)).next();
  }

  @Test
  void callsAreCountedAsAnyOther() throws Exception {
    for (int i = 0; i < 3; i++) {
      watch("few-calls", Requests.watch(UNKNOWN_ID)).failure().hasReason(Reason.UPLOAD_NOT_FOUND);
    }
    watch("few-calls", Requests.watch(UNKNOWN_ID)).failure().hasReason(Reason.RATE_LIMITED);
  }

  @Test
  void whoHangsUpIsForgotten() throws Exception {
    WatchedStream stream = watch(Requests.watch(start()));
    stream.next();
    awaitWatching(1);
    stream.cancel();
    awaitNobodyWatches();
  }

  @Test
  void aDeadlineEndsItAndNothingIsLeft() throws Exception {
    WatchedStream stream = WatchedStream.reading();
    waybill
        .asyncStub(Rig.TENANT)
        .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
        .watchUpload(Requests.watch(start()).build(), stream);
    assertThat(stream.end().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    awaitNobodyWatches();
  }

  @Test
  void oneMessageIsKeptForAClientThatReadsNone() throws Exception {
    String id = start();
    WatchedStream stream = remembered(WatchedStream.idle());
    waybill.asyncStub(Rig.TENANT).watchUpload(Requests.watch(id).build(), stream);
    awaitWatching(1);
    for (int n = 1; n <= 3; n++) {
      waybill.stub().reportPart(Requests.report(id, n, "e"));
      look();
    }
    stream.read(1);
    assertThat(stream.next().getUploadedParts()).isZero();
    stream.read(10);
    assertThat(nextLookedFor(stream)).isEqualTo(shown(id));
    look();
    assertThat(stream.rest()).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayIsSaidToNewcomersOnly() throws Exception {
    String id = start();
    WatchedStream old = watch(Requests.watch(id));
    old.next();
    waybill.rig().store.breakWith(new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of()));
    watch(Requests.watch(id)).failure().hasReason(Reason.STORE_UNAVAILABLE);
    look();
    waybill.rig().store.breakWith(null);
    waybill.stub().abort(Requests.abort(id));
    assertThat(nextLookedFor(old).getState()).isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(old.end()).isEqualTo(Status.OK);
  }

  private String start() {
    return waybill.stub().startUpload(Requests.startThreeParts().build()).getUpload().getUploadId();
  }

  private Upload shown(String id) {
    return waybill.stub().getUpload(Requests.get(id)).getUpload().toBuilder()
        .clearMissingRanges()
        .build();
  }

  private WatchedStream watch(WatchUploadRequest.Builder request) {
    return watch(Rig.TENANT, request);
  }

  private WatchedStream watch(String tenant, WatchUploadRequest.Builder request) {
    UploadServiceStub stub = waybill.asyncStub(tenant);
    WatchedStream stream = remembered(WatchedStream.reading());
    stub.watchUpload(request.build(), stream);
    return stream;
  }

  private WatchedStream remembered(WatchedStream stream) {
    streams.add(stream);
    return stream;
  }

  /** A stream has its first message a moment before it is looked after. */
  private Upload nextLookedFor(WatchedStream stream) throws InterruptedException {
    await()
        .until(
            () -> {
              look();
              return !stream.rest().isEmpty();
            });
    return stream.next();
  }

  private void look() {
    waybill.rig().watches.look();
  }

  private void awaitNobodyWatches() {
    awaitWatching(0);
  }

  private void awaitWatching(int count) {
    await().until(() -> waybill.rig().watching() == count);
  }
}
