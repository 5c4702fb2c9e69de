package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.UploadException;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.GetUploadResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers see of handlers and interceptors that do not behave. */
class CallGuardTest {
  private final StatusErrors errors = new StatusErrors(new Random(1));
  private final TokenBuckets rates =
      new TokenBuckets("calls_per_second", PerTenant.all(Rate.UNLIMITED), System::nanoTime);
  private final Permissions permissions = Permissions.of(Reflection.OFF);
  private final ShutdownGate gate = new ShutdownGate(errors);
  private @Nullable Server server;
  private @Nullable ManagedChannel channel;

  @AfterEach
  void stop() {
    if (channel != null) {
      channel.shutdownNow();
    }
    if (server != null) {
      server.shutdownNow();
    }
  }

  @Test
  void aHandlerThatThrowsIsADefect() throws IOException {
    for (Throwable thrown :
        List.of(new IllegalStateException("secret"), new StackOverflowError())) {
      Failures failure = called(observer -> sneak(thrown), List.of());
      failure.hasReason(Reason.INTERNAL);
      assertThat(failure.status().toString()).doesNotContain("secret");
    }
  }

  @Test
  void aHandlerThatAnswersAndThenThrowsHasAnswered() throws IOException {
    Failures failure =
        called(
            observer -> {
              observer.onError(
                  errors.of(new UploadException(Reason.OVERLOADED, "first", Map.of())));
              throw new IllegalStateException("second");
            },
            List.of());
    failure.hasReason(Reason.OVERLOADED);
  }

  @Test
  void aCallerWhoIsRefusedLearnsWhy() throws IOException {
    Callers refusing =
        (call, headers) -> {
          throw new UploadException(Reason.OVERLOADED, "too many of you", Map.of());
        };
    called(observer -> {}, List.of(new CallerInterceptor(refusing, permissions, rates, errors)))
        .hasReason(Reason.OVERLOADED);
    Callers broken =
        (call, headers) -> {
          throw new IllegalStateException("a defect");
        };
    called(observer -> {}, List.of(new CallerInterceptor(broken, permissions, rates, errors)))
        .hasReason(Reason.INTERNAL);
  }

  @Test
  void aServiceWithoutACallerIsADefect() throws IOException {
    called(observer -> CallerInterceptor.current(), List.of()).hasReason(Reason.INTERNAL);
  }

  @Test
  void aServerThatStopsTakesNoCalls() throws IOException {
    gate.stop();
    called(observer -> {}, List.of()).hasReason(Reason.SHUTTING_DOWN).mayBeRetried(true);
    assertThat(gate.isIdle()).isTrue();
  }

  @FunctionalInterface
  private interface Handler {
    void handle(StreamObserver<GetUploadResponse> observer);
  }

  private Failures called(Handler handler, List<ServerInterceptor> interceptors)
      throws IOException {
    UploadServiceGrpc.UploadServiceImplBase service =
        new UploadServiceGrpc.UploadServiceImplBase() {
          @Override
          public void getUpload(
              GetUploadRequest request, StreamObserver<GetUploadResponse> observer) {
            handler.handle(observer);
          }
        };
    String name = UUID.randomUUID().toString();
    Server started =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(GuardedServices.of(service, interceptors, gate, errors))
            .build()
            .start();
    server = started;
    ManagedChannel open = InProcessChannelBuilder.forName(name).build();
    channel = open;
    return Failures.of(
        () -> UploadServiceGrpc.newBlockingStub(open).getUpload(Requests.get("any")));
  }

  private static void sneak(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }
}
