package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.waybill.v1.ListUploadsRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** FAULTS 2: a token is trimmed or refused in words, whoever supplies it, and is in no log. */
class BearerTokenTest {

  private static final String SECRET = "s3cr3t-of-a-caller";

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path folder;
  private final List<String> received = new CopyOnWriteArrayList<>();
  private Everything printed;
  private Bench bench;
  private Server server;

  /** A real connection: only there gRPC looks at what it puts on the wire. */
  @BeforeEach
  void open() throws Exception {
    printed = new Everything();
    bench = new Bench(folder);
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(bench.waybill)
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, R> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                    received.add(String.valueOf(headers.get(AUTHORIZATION)));
                    return next.startCall(call, headers);
                  }
                })
            .build()
            .start();
  }

  @AfterEach
  void showsNothing() {
    server.shutdownNow();
    bench.close();
    printed.close();
    assertThat(printed.text()).doesNotContain(SECRET, Everything.decimals(SECRET));
  }

  private WaybillClient.Builder builder() {
    return WaybillClient.builder("localhost:" + server.getPort()).plaintext();
  }

  private static void list(WaybillClient client) {
    var unused = client.listUploads(ListUploadsRequest.getDefaultInstance());
  }

  private static WaybillException refused(WaybillClient client) {
    WaybillException e = catchThrowableOfType(WaybillException.class, () -> list(client));
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(Status.Code.UNAUTHENTICATED);
    return e;
  }

  static Stream<String> surrounded() {
    return Stream.of(
        SECRET,
        SECRET + "\n",
        SECRET + "\r\n",
        SECRET + "\r",
        " " + SECRET + "\t",
        "\n" + SECRET + "\n\n");
  }

  @ParameterizedTest
  @MethodSource
  void surrounded(String token) throws Exception {
    Path file = Files.writeString(folder.resolve("token"), token);

    try (WaybillClient fixed = builder().token(token).build();
        WaybillClient supplied = builder().token(() -> token).build();
        WaybillClient read = builder().tokenFile(file).build()) {
      list(fixed);
      list(supplied);
      list(read);
    }

    assertThat(received).hasSize(3).containsOnly("Bearer " + SECRET);
  }

  static Stream<String> unsendable() {
    return Stream.of(
        SECRET + "\n" + SECRET,
        SECRET + "\r\nx: y",
        SECRET + " x",
        "Bearer " + SECRET,
        SECRET + "\u0000",
        "\u001b" + SECRET,
        SECRET + "\u007f",
        SECRET + "\u00e9",
        "\ufeff" + SECRET,
        SECRET + "\u00a0",
        SECRET.repeat(BearerToken.MAX_LENGTH / SECRET.length() + 1));
  }

  @ParameterizedTest
  @MethodSource
  void unsendable(String token) throws Exception {
    assertThatThrownBy(() -> builder().token(token))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("the token (contains .*; only visible ASCII.*|has more than .*)")
        .hasMessageNotContaining(SECRET);

    Path file = Files.writeString(folder.resolve("token"), token);
    assertThatThrownBy(() -> builder().tokenFile(file).checkToken())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file + ": the token ")
        .hasMessageNotContaining(SECRET);

    try (WaybillClient client = builder().token(() -> token).build()) {
      assertThat(refused(client))
          .hasMessageStartingWith("UNAUTHENTICATED: no token: the token ")
          .hasMessageNotContaining(SECRET);
    }
    assertThat(received).isEmpty();
  }

  /** A sidecar may write it. */
  @Test
  void aFileMayComeAfterTheClient() throws Exception {
    Path file = folder.resolve("late");
    try (WaybillClient client = builder().tokenFile(file).build()) {
      assertThat(refused(client)).hasMessageContaining("late: no such file");
      Files.writeString(file, SECRET);
      list(client);
    }
    assertThat(received).containsExactly("Bearer " + SECRET);
  }

  @Test
  void aRenewedFileIsCheckedAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), SECRET + "\n");
    try (WaybillClient client = builder().tokenFile(file).build()) {
      list(client);
      Files.writeString(file, SECRET + "\n" + SECRET);
      await()
          .untilAsserted(
              () ->
                  assertThat(refused(client))
                      .hasMessageContaining("no token: " + file + ": the token contains a line")
                      .hasMessageNotContaining(SECRET));
      Files.writeString(file, "renewed\r\n");
      await().ignoreException(WaybillException.class).until(() -> answers(client));
    }
    assertThat(Set.copyOf(received))
        .containsExactlyInAnyOrder("Bearer " + SECRET, "Bearer renewed");
  }

  private static boolean answers(WaybillClient client) {
    list(client);
    return true;
  }

  @Test
  void aSupplierMayGiveNothingOrFail() throws Exception {
    assertRefused(() -> null, "no token: the token is empty");
    assertRefused(() -> " \n", "no token: the token is empty");
    assertRefused(
        () -> {
          throw new IllegalStateException("the vault is sealed");
        },
        "no token: the vault is sealed");
    assertRefused(
        () -> {
          throw new AssertionError("a defect");
        },
        "no token: a defect");
    assertThat(received).isEmpty();
  }

  private void assertRefused(Supplier<@Nullable String> supplier, String words) throws IOException {
    try (WaybillClient client = builder().token(supplier).build()) {
      assertThat(refused(client)).hasMessageContaining(words);
    }
  }
}
