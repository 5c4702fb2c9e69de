package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.v1.PartToSign;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignPartsResponse;
import io.waybill.v1.SignedPart;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SigningQueueTest {

  private record Call(List<Integer> parts, StreamObserver<SignPartsResponse> out) {

    void answer(int... signed) {
      var reply = SignPartsResponse.newBuilder();
      for (int part : signed) {
        reply.addParts(
            SignedPart.newBuilder()
                .setPartNumber(part)
                .setOffsetBytes((part - 1) * 10L)
                .setSizeBytes(10));
      }
      out.onNext(reply.build());
      out.onCompleted();
    }
  }

  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Server server;
  private WaybillClient client;
  private SigningQueue queue;

  @BeforeEach
  void open() throws IOException {
    String name = InProcessServerBuilder.generateName();
    var service =
        new UploadServiceGrpc.UploadServiceImplBase() {
          @Override
          public void signParts(SignPartsRequest request, StreamObserver<SignPartsResponse> out) {
            calls.add(
                new Call(
                    request.getPartsList().stream().map(PartToSign::getPartNumber).toList(), out));
          }
        };
    server = InProcessServerBuilder.forName(name).addService(service).build().start();
    client =
        new WaybillClient(
            WaybillClient.builder("test"),
            InProcessChannelBuilder.forName(name).build(),
            new Repeats(Backoff.of(RetryPolicy.defaults().withMaxAttempts(1)), System::nanoTime));
    Upload upload =
        Upload.newBuilder().setSizeBytes(1_000).setPartSizeBytes(10).setPartCount(100).build();
    queue = new SigningQueue(new Session(client, upload));
  }

  @AfterEach
  void close() {
    client.close();
    server.shutdownNow();
    threads.shutdownNow();
  }

  @Test
  void whoComesWhileACallIsUnderWayShareTheNext() throws Exception {
    var first = sign(1);
    Call one = calls.take();
    var second = sign(2);
    awaitWaiting(1);
    var third = sign(3);
    awaitWaiting(2);

    one.answer(1);
    Call two = calls.take();
    two.answer(2, 3);

    assertThat(two.parts()).containsExactlyInAnyOrder(2, 3);
    assertThat(List.of(first.get(), second.get(), third.get()))
        .extracting(SignedPart::getPartNumber)
        .containsExactly(1, 2, 3);
  }

  @Test
  void whoIsSignedDoesNotWaitForTheCallsOfOthers() throws Exception {
    var first = sign(1);
    Call one = calls.take();
    var second = sign(2);
    awaitWaiting(1);
    var third = sign(3);
    awaitWaiting(2);
    one.answer(1);
    Call two = calls.take();
    var fourth = sign(4);
    awaitWaiting(1);

    two.answer(2, 3);
    Call three = calls.take();

    // The third call is under way.
    assertThat(first.get().getPartNumber()).isEqualTo(1);
    assertThat(second.get().getPartNumber()).isEqualTo(2);
    assertThat(third.get().getPartNumber()).isEqualTo(3);
    three.answer(4);
    assertThat(fourth.get().getPartNumber()).isEqualTo(4);
  }

  @Test
  void whomACallLeavesOutSignsForItself() throws Exception {
    var first = sign(1);
    Call one = calls.take();
    var second = sign(2);
    awaitWaiting(1);
    var third = sign(3);
    awaitWaiting(2);
    one.answer(1);

    Call two = calls.take();
    two.answer(two.parts().get(0));
    Call again = calls.take();
    again.answer(2, 3);

    assertThat(first.get().getPartNumber()).isEqualTo(1);
    assertThat(again.parts()).containsExactly(two.parts().get(1));
    assertThat(List.of(second.get(), third.get()))
        .extracting(SignedPart::getPartNumber)
        .containsExactly(2, 3);
  }

  @Test
  void aCallThatFailsIsTheLastOne() throws Exception {
    var first = sign(1);
    Call one = calls.take();
    var second = sign(2);
    awaitWaiting(1);

    one.out().onError(Status.INVALID_ARGUMENT.asRuntimeException());

    for (var refused : List.of(first, second, sign(3))) {
      assertThatThrownBy(refused::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(WaybillException.class);
    }
    assertThat(calls).isEmpty();
  }

  @Test
  void refusesAReplyWithoutThePart() throws Exception {
    var first = sign(1);

    calls.take().answer();

    assertThatThrownBy(first::get).hasCauseInstanceOf(IllegalStateException.class);
  }

  private CompletableFuture<SignedPart> sign(int number) {
    CompletableFuture<SignedPart> signed = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            signed.complete(queue.sign(number, new byte[4]));
          } catch (Throwable e) {
            signed.completeExceptionally(e);
          }
        });
    return signed;
  }

  private void awaitWaiting(int threads) {
    await().atMost(30, TimeUnit.SECONDS).until(() -> queue.waiting() == threads);
  }
}
