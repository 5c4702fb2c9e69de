package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server on a real port: what arrives as bytes, and how it ends. */
class NettyServerTest {
  private static final Marshaller<byte[]> RAW =
      new Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private final Rig rig = new Rig();
  private GrpcServer server;
  private ManagedChannel channel;

  @BeforeEach
  void listen() throws IOException {
    server = serverOn(0);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  private GrpcServer serverOn(int port) throws IOException {
    Caller caller = new Caller(Rig.TENANT, "test");
    Permissions permissions = Permissions.of(Reflection.ON);
    return GrpcServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        InsecureServerCredentials.create(),
        GrpcLimits.DEFAULT.withShutdownGrace(Duration.ofMillis(300)),
        List.of(rig.service),
        List.of(
            new CallerInterceptor(
                (call, headers) -> CompletableFuture.completedFuture(caller),
                permissions,
                rig.calls,
                rig.errors)),
        permissions,
        rig.errors);
  }

  @AfterEach
  void hangUp() {
    channel.shutdownNow();
    server.close();
    rig.close();
  }

  @Test
  void servesBeforeItCallsItselfReady() {
    StartUploadResponse started = stub().startUpload(Requests.startThreeParts().build());
    assertThat(started.getUpload().getPartCount()).isEqualTo(3);
    assertThat(health(UploadServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health("")).isEqualTo(ServingStatus.NOT_SERVING);
    server.ready();
    assertThat(health(UploadServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);
    assertThat(health("")).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void brokenProtobufIsMalformed() {
    for (byte[] bytes : new byte[][] {{-1}, {10}, {10, 5, 'a'}, {7}, {12}, {0, 0}}) {
      assertMalformed(sent(bytes));
    }
  }

  @Test
  void aStringThatIsNotUtf8IsMalformed() {
    assertMalformed(sent(new byte[] {10, 1, (byte) 0xFF}));
    assertMalformed(sent(new byte[] {10, 3, (byte) 0xED, (byte) 0xA0, (byte) 0x80}));
  }

  @Test
  void noMessageIsMalformed() {
    assertMalformed(sent());
  }

  @Test
  void twoMessagesAreResetByGrpcItself() {
    sent(new byte[0], new byte[0]).isBare(Code.CANCELLED);
  }

  @Test
  void aMessageBeyondTheLimitIsBare() {
    StartUploadRequest large = Requests.start(1).setFilename("x".repeat(1 << 20)).build();
    Failures.of(() -> stub().startUpload(large)).isBare(Code.RESOURCE_EXHAUSTED);
    Failures.of(() -> stub().withCompression("gzip").startUpload(large))
        .isBare(Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void theLargestFailureReachesAClient() {
    StartUploadRequest.Builder request = Requests.start(1).setDestination("日".repeat(100_000));
    for (int i = 0; i < 10_000; i++) {
      request.putMetadata("é" + i, "日本語");
    }
    Failures.of(() -> stub().startUpload(request.build())).hasReason(Reason.INVALID_REQUEST);
    request.clearMetadata();
    Failures.of(() -> stub().startUpload(request.build())).hasReason(Reason.DESTINATION_UNKNOWN);
  }

  @Test
  void aPortInUseIsSaidInOneLine() {
    assertThatThrownBy(() -> serverOn(server.port()))
        .isInstanceOf(IOException.class)
        .hasMessage("port " + server.port() + " on localhost is in use");
  }

  @Test
  void whileItStopsOpenCallsEndAndNewOnesAreRefused() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch reached = new CountDownLatch(1);
    rig.objects.before(
        operation -> {
          reached.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    ListenableFuture<StartUploadResponse> open =
        UploadServiceGrpc.newFutureStub(channel).startUpload(Requests.startThreeParts().build());
    reached.await();

    server.close();

    assertThatThrownBy(() -> open.get(5, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> Failures.of(e).hasReason(Reason.SHUTTING_DOWN).mayBeRetried(true));
    server.awaitTermination();
  }

  @Test
  void healthSaysThatItStops() throws Exception {
    BlockingQueue<ServingStatus> seen = new LinkedBlockingQueue<>();
    server.ready();
    HealthGrpc.newStub(channel)
        .watch(
            HealthCheckRequest.newBuilder().setService(UploadServiceGrpc.SERVICE_NAME).build(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                seen.add(response.getStatus());
              }

              @Override
              public void onError(Throwable e) {}

              @Override
              public void onCompleted() {}
            });
    assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
    server.close();
    assertThat(seen.poll(5, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
    server.awaitTermination();
  }

  @Test
  void reflectionSpeaksBothVersions() {
    for (String version : List.of("v1", "v1alpha")) {
      MethodDescriptor<byte[], byte[]> method =
          raw("grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo");
      // list_services: ""
      byte[] answer =
          ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, new byte[] {58, 0});
      assertThat(new String(answer, StandardCharsets.ISO_8859_1))
          .contains("waybill.v1.UploadService");
    }
  }

  private static void assertMalformed(Failures failure) {
    failure.hasReason(Reason.MALFORMED_REQUEST).mayBeRetried(false);
  }

  /** How StartUpload answers to these messages. */
  private Failures sent(byte[]... messages) {
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            raw(UploadServiceGrpc.getStartUploadMethod().getFullMethodName()), CallOptions.DEFAULT);
    CompletableFuture<Failures> closed = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.complete(new Failures(status, trailers));
          }
        },
        new Metadata());
    call.request(1);
    for (byte[] message : messages) {
      call.sendMessage(message);
    }
    call.halfClose();
    return closed.orTimeout(5, TimeUnit.SECONDS).join();
  }

  private static MethodDescriptor<byte[], byte[]> raw(String name) {
    return MethodDescriptor.newBuilder(RAW, RAW)
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(name)
        .build();
  }

  private ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private UploadServiceGrpc.UploadServiceBlockingStub stub() {
    return UploadServiceGrpc.newBlockingStub(channel);
  }
}
