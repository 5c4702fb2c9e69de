package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.waybill.client.WaybillException.FieldViolation;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.StartUploadRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WaybillClientTest {

  @TempDir Path folder;
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(folder);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void readsEveryDetailOfAFailure() {
    bench.waybill.failNext(
        "StartUpload",
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.INVALID_ARGUMENT.value())
                .setMessage("two fields")
                .addDetails(
                    Any.pack(
                        ErrorInfo.newBuilder()
                            .setDomain("waybill.v1")
                            .setReason("INVALID_REQUEST")
                            .putMetadata("fields", "2")
                            .build()))
                .addDetails(
                    Any.pack(
                        BadRequest.newBuilder()
                            .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder()
                                    .setField("size_bytes")
                                    .setDescription("is required"))
                            .build()))
                .build()));

    WaybillException e = failedStart();

    assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(e.reason()).isEqualTo("INVALID_REQUEST");
    assertThat(e.is(ErrorReason.ERROR_REASON_INVALID_REQUEST)).isTrue();
    assertThat(e.metadata()).isEqualTo(Map.of("fields", "2"));
    assertThat(e.fieldViolations())
        .containsExactly(new FieldViolation("size_bytes", "is required"));
    assertThat(e.retryDelay()).isEmpty();
    assertThat(e.isRetryable()).isFalse();
    assertThat(e).hasMessage("INVALID_ARGUMENT / INVALID_REQUEST: two fields");
  }

  @Test
  void readsAFailureBelowTheService() {
    for (int i = 0; i < Repeats.ATTEMPTS_AT_A_STRANGER; i++) {
      bench.waybill.failNext("StartUpload", Status.UNAVAILABLE.asRuntimeException());
    }

    WaybillException e = failedStart();

    assertThat(e.reason()).isEmpty();
    assertThat(e.isRetryable()).isTrue();
    assertThat(e).hasMessage("UNAVAILABLE");
  }

  @Test
  void takesARefusalOfItsIdentityForFinal() {
    for (Status.Code code :
        new Status.Code[] {Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED}) {
      long before = bench.waybill.count("StartUpload");
      bench.waybill.failNext(
          "StartUpload", FakeWaybill.error(code, code.name(), Duration.ofSeconds(1)));

      WaybillException e = failedStart();

      assertThat(e.code()).isEqualTo(code);
      assertThat(e.isRetryable()).isFalse();
      assertThat(bench.waybill.count("StartUpload")).isEqualTo(before + 1);
    }
  }

  @Test
  void showsNoCertificateWithoutTls() {
    Path none = folder.resolve("none");
    assertThatThrownBy(
            () -> WaybillClient.builder("x").plaintext().clientCertificate(none, none).build())
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> WaybillClient.builder("x").clientCertificate(none, none).build())
        .isInstanceOf(IOException.class);
  }

  @Test
  void asksAgainAsOftenAsAllowed() {
    for (int i = 0; i < 8; i++) {
      bench.waybill.failNext(
          "StartUpload",
          FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", Duration.ofSeconds(1)));
    }

    WaybillException e = failedStart();

    assertThat(e.retryDelay()).contains(Duration.ofSeconds(1));
    assertThat(bench.waybill.count("StartUpload")).isEqualTo(8);
    assertThat(bench.waits).hasSize(7).allMatch(wait -> wait.toMillis() > 1_000);
  }

  @Test
  void sendsNoTokenInTheClearUnlessToldSo() throws Exception {
    var remote = WaybillClient.builder("waybill.example.com:7070").token(() -> "secret");
    try (WaybillClient encrypted = remote.build()) {
      assertThat(encrypted.target()).startsWith("waybill");
    }
    assertThatThrownBy(() -> remote.plaintext().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("without TLS the token would travel in the clear to waybill.example.com:7070");
    try (WaybillClient told = remote.insecureSendToken().build()) {
      assertThat(told.target()).startsWith("waybill");
    }
    try (WaybillClient without = WaybillClient.builder("waybill:7070").plaintext().build();
        WaybillClient near =
            WaybillClient.builder("localhost:1").plaintext().token(() -> "secret").build()) {
      assertThat(without.target()).isNotEqualTo(near.target());
    }
  }

  @Test
  void waitsForARateAndDoesNotAskAQuotaAgain() {
    bench.waybill.failNext(
        "StartUpload",
        FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", Duration.ofSeconds(3)));
    bench.waybill.failNext(
        "StartUpload", FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"));

    WaybillException e = failedStart();

    assertThat(e.is(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED)).isTrue();
    assertThat(bench.waybill.count("StartUpload")).isEqualTo(2);
    assertThat(bench.waits)
        .singleElement()
        .satisfies(wait -> assertThat(wait).isGreaterThanOrEqualTo(Duration.ofSeconds(3)));
  }

  @Test
  void sendsTokensAndDeadlinesOverARealConnection() throws Exception {
    List<Metadata> headers = new CopyOnWriteArrayList<>();
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(bench.waybill)
            .intercept(recordingTo(headers))
            .build()
            .start();
    // Repeated here, and not by gRPC as well.
    bench.waybill.failNext("ListUploads", Status.UNAVAILABLE.asRuntimeException());
    try (WaybillClient client =
        WaybillClient.builder("localhost:" + server.getPort())
            .plaintext()
            .token(() -> "secret")
            .build()) {
      var unused = client.listUploads(io.waybill.v1.ListUploadsRequest.getDefaultInstance());
    } finally {
      server.shutdownNow();
    }

    assertThat(headers).hasSize(2);
    assertThat(header(headers.get(0), "authorization")).isEqualTo("Bearer secret");
    assertThat(header(headers.get(0), "grpc-timeout")).isNotNull();
    assertThat(header(headers.get(1), "grpc-previous-rpc-attempts")).isNull();
  }

  @Test
  void tellsOfAWrongAddressWithinSeconds() throws Exception {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0)) {
      nobody = socket.getLocalPort();
    }
    long begin = System.nanoTime();
    try (WaybillClient client = WaybillClient.builder("localhost:" + nobody).plaintext().build()) {
      WaybillException e =
          catchThrowableOfType(
              WaybillException.class,
              () -> client.startUpload(StartUploadRequest.getDefaultInstance()));
      assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
  }

  private static ServerInterceptor recordingTo(List<Metadata> headers) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        headers.add(metadata);
        return next.startCall(call, metadata);
      }
    };
  }

  private static @Nullable String header(Metadata metadata, String name) {
    return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  private WaybillException failedStart() {
    return catchThrowableOfType(
        WaybillException.class,
        () -> bench.client.startUpload(StartUploadRequest.getDefaultInstance()));
  }
}
