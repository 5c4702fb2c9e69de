package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.waybill.server.upload.InMemoryObjectStore.Operation;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Upload;
import io.waybill.v1.CompleteResponse;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams over real connections, and how these end. */
class WatchUploadNettyTest {
  private OpenWaybill waybill;
  private final CountDownLatch s3Answers = new CountDownLatch(1);

  @BeforeEach
  void open() throws Exception {
    waybill = new OpenWaybill(GrpcLimits.DEFAULT);
  }

  @AfterEach
  void close() {
    s3Answers.countDown();
    waybill.close();
  }

  @Test
  void aServerThatStopsEndsStreamsAtOnceAndWaitsForCalls() throws Exception {
    String id = start();
    WatchedStream stream = watch(waybill.channel, id);
    stream.next();
    CountDownLatch completing = new CountDownLatch(1);
    waybill.rig.objects.before(
        operation -> {
          if (operation == Operation.COMPLETE) {
            completing.countDown();
            awaitS3();
          }
        });
    Upload upload = waybill.rig.stored(id);
    for (int n = 1; n <= 3; n++) {
      waybill.rig.objects.putPart(upload, n);
    }
    ListenableFuture<CompleteResponse> call =
        UploadServiceGrpc.newFutureStub(waybill.channel).complete(Requests.complete(id));
    completing.await();
    Thread stopping = new Thread(waybill.server::close);
    stopping.start();

    stream.failure().hasReason(Reason.SHUTTING_DOWN).mayBeRetried(true);
    assertThat(call.isDone()).isFalse();
    s3Answers.countDown();
    assertThat(call.get(20, TimeUnit.SECONDS).getUpload().getState())
        .isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
    stopping.join();
    await().until(() -> waybill.rig.watching() == 0);
  }

  private void awaitS3() {
    try {
      s3Answers.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aConnectionThatBreaksTakesItsStreamsWithIt() throws Exception {
    String id = start();
    ManagedChannel other = waybill.from("127.0.0.1");
    List<WatchedStream> streams = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      streams.add(watch(other, id));
      streams.get(i).next();
    }
    await().until(() -> waybill.rig.watching() == 4);
    other.shutdownNow();
    await().until(() -> waybill.rig.watching() == 0);
  }

  /** Else a connection that watches much and is told little has no room for its other replies. */
  @Test
  void whatAWatcherHasReadIsNotUnreadUntilTheNextMessage() throws Exception {
    String id = start();
    WatchedStream stream = watch(waybill.channel, id);
    stream.next();

    await().until(() -> waybill.server.unreadReplyBytes() == 0);

    assertThat(waybill.rig.watching()).isEqualTo(1);
    stream.cancel();
    await().until(() -> waybill.rig.watching() == 0);
  }

  /** A gate or a limit may end the call under the stream; it must not be kept for it. */
  @Test
  void whatItWasSentIsNotUnreadForEver() throws Exception {
    String id = start();
    WatchedStream stream = watch(waybill.channel, id);
    stream.next();
    stream.cancel();
    await().until(() -> waybill.rig.watching() == 0);
    await().until(() -> waybill.server.unreadReplyBytes() == 0);
  }

  private String start() {
    return UploadServiceGrpc.newBlockingStub(waybill.channel)
        .startUpload(Requests.startThreeParts().build())
        .getUpload()
        .getUploadId();
  }

  private static WatchedStream watch(ManagedChannel channel, String id) {
    WatchedStream stream = WatchedStream.reading();
    UploadServiceGrpc.newStub(channel).watchUpload(Requests.watch(id).build(), stream);
    return stream;
  }
}
