package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.server.events.LocalSqs;
import io.waybill.v1.SignPartsRequest;
import io.waybill.v1.SignedPart;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar, a queue and a caller who never says Complete. */
class EventsIT {
  @TempDir private Path folder;
  private TestS3 s3;
  private LocalSqs sqs;
  private URI queue;

  @BeforeEach
  void start() throws Exception {
    s3 = TestS3.start(folder.resolve("s3"));
    sqs = LocalSqs.start();
    queue = sqs.createQueue("events", sqs.createQueue("dead-letters"), 10);
  }

  @AfterEach
  void stop() {
    sqs.close();
    s3.close();
  }

  private String config() {
    return s3.config()
        + "    complete_on_event: true\n"
        + "events: {queue_url: '%s', region: %s}\n".formatted(queue, LocalSqs.REGION);
  }

  @Test
  void anUploadIsCompletedByTheWordOfS3() throws Exception {
    try (ServerProcess server = ServerProcess.start(folder, config(), s3)) {
      try (WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
        Upload upload = start(client);
        put(client, upload);

        sqs.send(queue, eventOf(upload));

        awaitCompleted(client, upload);
        await().atMost(Duration.ofMinutes(1)).until(() -> sqs.count(queue) == 0);
      }
      assertThat(server.stop()).isEqualTo(143);
      assertThat(server.log()).doesNotContain("X-Amz-Signature", "ERROR", "SEVERE");
    }
  }

  @Test
  void anUploaderWhoCompletesGetsItsAnswerAllTheSame() throws Exception {
    Path file = Files.write(folder.resolve("file.txt"), new byte[11_000_000]);
    try (ServerProcess server = ServerProcess.start(folder, config(), s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {

      Upload upload = Uploader.builder(client).withoutStateFiles().build().upload(file);

      assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
      assertThat(upload.getPartCount()).isEqualTo(3);
    }
  }

  @Test
  void withoutEventsNothingOfThemIsLoaded() throws Exception {
    Path loaded = folder.resolve("loaded.txt");
    try (ServerProcess server = ServerProcess.startLogging(loaded, folder, s3.config(), s3)) {}
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains("software.amazon.awssdk.services.s3."))
        .noneMatch(line -> line.contains("software.amazon.awssdk.services.sqs."))
        .noneMatch(line -> line.contains("io.waybill.server.events."))
        .noneMatch(line -> line.contains("com.sun.net.httpserver."));
  }

  @Test
  void whoIsSlowToPushIsCutOffAndKeepsNobodyElseWaiting() throws Exception {
    String secret = "only-the-store-knows-this";
    Path secretFile = Files.writeString(folder.resolve("secret"), secret + "\n");
    String config =
        s3.config()
            + "    complete_on_event: true\n"
            + "events: {webhook: {listen: '127.0.0.1:0', secret_file: '%s'}}\n"
                .formatted(secretFile);
    List<Socket> slow = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(folder, config, s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      Upload upload = start(client);
      put(client, upload);
      int port = webhookPort(server);
      for (int i = 0; i < 10; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        slow.add(socket);
        socket.setSoTimeout(120_000);
        String head = "POST /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + secret;
        String rest = i % 2 == 0 ? "" : "\r\nContent-Length: 99\r\n\r\n{";
        socket.getOutputStream().write((head + rest).getBytes(StandardCharsets.US_ASCII));
      }

      HttpRequest push =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/events"))
              .header("Authorization", "Bearer " + secret)
              .POST(BodyPublishers.ofString(eventOf(upload)))
              .timeout(Duration.ofMinutes(2))
              .build();
      assertThat(HttpClient.newHttpClient().send(push, BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
      awaitCompleted(client, upload);
      for (Socket socket : slow) {
        assertThat(socket.getInputStream().read()).as("the connection's end").isEqualTo(-1);
      }
      assertThat(server.log()).doesNotContain(secret);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static int webhookPort(ServerProcess server) throws IOException {
    Matcher port = Pattern.compile("events are taken on port (\\d+)").matcher(server.log());
    assertThat(port.find()).isTrue();
    return Integer.parseInt(port.group(1));
  }

  private static String eventOf(Upload upload) {
    return "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"s3\":{\"bucket\":{\"name\":\""
        + TestS3.BUCKET
        + "\"},\"object\":{\"key\":\""
        + upload.getObjectKey()
        + "\"}}}]}";
  }

  private static void awaitCompleted(WaybillClient client, Upload upload) {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                client.getUpload(upload.getUploadId()).getState()
                    == UploadState.UPLOAD_STATE_COMPLETED);
  }

  private static Upload start(WaybillClient client) {
    return client
        .startUpload(
            StartUploadRequest.newBuilder()
                .setRequestId("r1")
                .setFilename("hello.txt")
                .setContentType("text/plain")
                .setSizeBytes(5)
                .build())
        .getUpload();
  }

  private static void put(WaybillClient client, Upload upload) throws Exception {
    SignedPart part =
        client
            .signParts(
                SignPartsRequest.newBuilder()
                    .setUploadId(upload.getUploadId())
                    .setNextMissing(1)
                    .build())
            .getParts(0);
    HttpRequest.Builder put =
        HttpRequest.newBuilder(URI.create(part.getUrl())).PUT(BodyPublishers.ofString("hello"));
    part.getHeadersMap().forEach(put::header);
    assertThat(HttpClient.newHttpClient().send(put.build(), BodyHandlers.discarding()).statusCode())
        .isEqualTo(200);
  }
}
