package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadException;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.GetUploadResponse;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that arrive before it is known who makes them. */
class CallersKnownLaterTest {
  private final StatusErrors errors = new StatusErrors(new Random(1));
  private final ShutdownGate gate = new ShutdownGate(errors);
  private final TokenBuckets rates =
      new TokenBuckets("calls_per_second", new PerTenant<>(new Rate(1, 1), Map.of()), () -> 0);
  private final CompletableFuture<Caller> caller = new CompletableFuture<>();
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger begun = new AtomicInteger();
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws Exception {
    Callers later =
        (call, headers) -> {
          Context.current().addListener(gone -> cancelled.complete(null), Runnable::run);
          asked.incrementAndGet();
          return caller;
        };
    UploadServiceGrpc.UploadServiceImplBase service =
        new UploadServiceGrpc.UploadServiceImplBase() {
          @Override
          public void getUpload(
              GetUploadRequest request, StreamObserver<GetUploadResponse> observer) {
            begun.incrementAndGet();
            String tenant = CallerInterceptor.current().tenant();
            observer.onNext(
                GetUploadResponse.newBuilder()
                    .setUpload(Upload.newBuilder().setUploadId(tenant + request.getUploadId()))
                    .build());
            observer.onCompleted();
          }
        };
    String name = UUID.randomUUID().toString();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                GuardedServices.of(
                    service,
                    List.of(
                        new CallerInterceptor(
                            later, Permissions.of(Reflection.OFF), rates, errors)),
                    gate,
                    errors))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private ListenableFuture<GetUploadResponse> call() {
    ListenableFuture<GetUploadResponse> answer =
        UploadServiceGrpc.newFutureStub(channel)
            .getUpload(GetUploadRequest.newBuilder().setUploadId("/7").build());
    await().until(() -> asked.get() == 1);
    return answer;
  }

  @Test
  void beginWhenItIs() throws Exception {
    ListenableFuture<GetUploadResponse> answer = call();
    assertThat(answer.isDone()).isFalse();
    assertThat(begun).hasValue(0);

    caller.complete(new Caller("acme", "somebody"));

    assertThat(answer.get(5, TimeUnit.SECONDS).getUpload().getUploadId()).isEqualTo("acme/7");
  }

  @Test
  void areRefusedWhenTheyHaveToBe() {
    ListenableFuture<GetUploadResponse> answer = call();

    caller.completeExceptionally(
        new UploadException(Reason.UNAUTHENTICATED, "nobody", Map.of("problem", "invalid")));

    refused(answer).hasReason(Reason.UNAUTHENTICATED);
    assertThat(begun).hasValue(0);
  }

  @Test
  void areRefusedWithoutTheRole() {
    ListenableFuture<GetUploadResponse> answer = call();

    caller.complete(new Caller("acme", "somebody", Set.of()));

    refused(answer).hasReason(Reason.PERMISSION_DENIED);
    assertThat(begun).hasValue(0);
  }

  @Test
  void neverBeginWhereNobodyWaitsForThemAnyMore() {
    ListenableFuture<GetUploadResponse> answer = call();
    answer.cancel(true);
    await().until(cancelled::isDone);

    caller.complete(new Caller("acme", "somebody"));

    assertThat(begun).hasValue(0);
    rates.take("acme", 1); // which they have not
  }

  @Test
  void areCountedAsAnyOther() {
    rates.take("acme", 1);
    ListenableFuture<GetUploadResponse> answer = call();

    caller.complete(new Caller("acme", "somebody"));

    refused(answer).hasReason(Reason.RATE_LIMITED).mayBeRetried(true);
    assertThat(begun).hasValue(0);
  }

  @Test
  void areToldThatTheServerStops() {
    ListenableFuture<GetUploadResponse> answer = call();
    gate.stop();

    caller.complete(new Caller("acme", "somebody"));

    refused(answer).hasReason(Reason.SHUTTING_DOWN);
  }

  private static Failures refused(ListenableFuture<GetUploadResponse> answer) {
    ExecutionException failed =
        catchThrowableOfType(ExecutionException.class, () -> answer.get(5, TimeUnit.SECONDS));
    return Failures.of((StatusRuntimeException) Objects.requireNonNull(failed.getCause()));
  }
}
