package io.waybill.server.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.s3.fake.Answer;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookReceiverIT {
  private static final String SECRET = "only-the-store-knows-this";

  private final HttpClient http = HttpClient.newHttpClient();
  private EventRig rig;
  private WebhookReceiver receiver;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    rig = new EventRig(folder);
    receiver = start(SECRET + "\n");
  }

  private WebhookReceiver start(String secret) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return WebhookReceiver.start(any, secret.getBytes(UTF_8), rig.newConfirm());
  }

  @AfterEach
  void stop() {
    receiver.close();
    rig.close();
  }

  @Test
  void anEventThatIsPushedCompletesItsUpload() throws Exception {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);

    assertThat(push(Documents.s3("s3:ObjectCreated:Put", EventRig.BUCKET, upload.spec().key())))
        .isEqualTo(200);

    assertThat(rig.stateOf(upload)).isEqualTo(UploadState.COMPLETED);
    assertThat(push(EventRig.eventOf(upload))).as("again").isEqualTo(200);
  }

  @Test
  void whatS3DoesNotAnswerIsToBeSentAgain() throws Exception {
    Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
    rig.s3.behave((call, honest) -> Answer.of(503, Map.of()));

    HttpResponse<Void> response = send(post("Bearer " + SECRET, EventRig.eventOf(upload)));

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    rig.s3.behave((call, honest) -> honest.get());
    assertThat(push(EventRig.eventOf(upload))).isEqualTo(200);
    assertThat(rig.stateOf(upload)).isEqualTo(UploadState.COMPLETED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer ", "Bearer only-the-store-knows-thi", SECRET, "Basic x"})
  void whoeverDoesNotKnowTheSecretChangesNothing(String authorization) throws Exception {
    Upload upload = rig.now(rig.startAndPut(EventRig.BY_ITSELF));

    assertThat(send(post(authorization, EventRig.eventOf(upload))).statusCode()).isEqualTo(401);

    assertThat(rig.now(upload)).isEqualTo(upload);
  }

  @Test
  void whatIsNoEventIsRefused() throws Exception {
    assertThat(push("hello")).isEqualTo(400);
    assertThat(push("x".repeat(EventDocument.MAX_LENGTH + 1))).isEqualTo(413);
    assertThat(send(request("/events", "Bearer " + SECRET).GET()).statusCode()).isEqualTo(405);
    assertThat(send(request("/eventsx", "Bearer " + SECRET).GET()).statusCode()).isEqualTo(404);
    assertThat(send(request("/", "Bearer " + SECRET).GET()).statusCode()).isEqualTo(404);
    assertThat(push(Documents.test())).isEqualTo(200);
  }

  @Test
  void aSecretThatCouldBeGuessedIsNone() {
    assertThatThrownBy(() -> start("short-secret \n\n\n\n\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16 characters or more");
  }

  private int push(String document) throws Exception {
    return send(post("Bearer " + SECRET, document)).statusCode();
  }

  private HttpRequest.Builder post(String authorization, String document) {
    return request("/events", authorization).POST(BodyPublishers.ofString(document));
  }

  private HttpRequest.Builder request(String path, String authorization) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + receiver.port() + path));
    return authorization.isEmpty() ? request : request.header("Authorization", authorization);
  }

  private HttpResponse<Void> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.discarding());
  }
}
