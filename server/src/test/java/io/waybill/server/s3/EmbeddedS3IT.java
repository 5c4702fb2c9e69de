package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.active;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.dev.EmbeddedS3;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.UploadSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedS3IT {
  @TempDir private Path folder;

  private final Queue<String> stored = new ConcurrentLinkedQueue<>();

  private EmbeddedS3 start(int port) throws IOException {
    return EmbeddedS3.start(
        folder.resolve("s3"),
        port,
        "access",
        "secret",
        List.of(BUCKET, "another"),
        (key, part) -> stored.add(key + "#" + part));
  }

  @Test
  void keepsObjectsFromOneStartToTheNext() throws IOException {
    UploadSpec spec = TestUploads.single(3).spec();
    try (EmbeddedS3 s3 = start(0);
        S3Storage storage = open(s3)) {
      put(storage, spec, "", 1);
    }

    try (EmbeddedS3 s3 = start(0);
        S3Storage storage = open(s3)) {
      assertThat(storage.objectStore().head(spec).orElseThrow().isOf(spec)).isTrue();
      UploadSpec next = TestUploads.multipart(PartPlan.whole(3)).spec();
      assertThat(storage.objectStore().createMultipartUpload(next)).isNotEmpty();
    }
  }

  @Test
  void tellsOfEveryBodyThatWasStored() throws IOException {
    UploadSpec single = TestUploads.single(3).spec();
    UploadSpec parts = TestUploads.multipart(PartPlan.whole(3)).spec();
    try (EmbeddedS3 s3 = start(0);
        S3Storage storage = open(s3)) {
      String id = storage.objectStore().createMultipartUpload(parts);
      put(storage, single, "", 1);
      put(storage, parts, id, 1);
      put(storage, parts, id, 1);
      storage
          .objectStore()
          .completeMultipartUpload(
              parts, id, storage.objectStore().listParts(parts, id, 0, 1000).parts());
    }

    assertThat(stored).containsExactly(single.key() + "#0", parts.key() + "#1", parts.key() + "#1");
  }

  /** As a browser asks, before a page's PUT and with it. */
  @Test
  void takesPutsFromPagesOfThisMachineAlone() throws Exception {
    UploadSpec spec = TestUploads.single(3).spec();
    Instant now = Instant.now();
    try (EmbeddedS3 s3 = start(0);
        S3Storage storage = open(s3)) {
      SignedPart part =
          storage.urlSigner().sign(active(spec, ""), 1, null, now, now.plusSeconds(60));
      String names = String.join(",", part.headers().keySet());
      for (String origin :
          List.of("http://localhost:5173", "https://127.0.0.1", "http://[::1]:8080")) {
        HttpResponse<String> preflight = preflight(part, origin, names);
        assertThat(preflight.statusCode()).as(origin).isEqualTo(200);
        assertThat(header(preflight, "access-control-allow-origin")).isEqualTo(origin);
        assertThat(header(preflight, "access-control-allow-methods")).contains("PUT");
        assertThat(header(preflight, "access-control-allow-headers")).isIn(names, "*");
      }
      for (String origin :
          List.of(
              "https://example.com",
              "http://localhost.example.com",
              "http://127.0.0.1.example.com",
              "http://127x0x0x1",
              "null")) {
        HttpResponse<String> preflight = preflight(part, origin, names);
        assertThat(preflight.statusCode()).as(origin).isEqualTo(403);
        assertThat(header(preflight, "access-control-allow-origin")).isEmpty();
      }

      HttpResponse<String> put =
          SignedPut.of(part).with("origin", "http://localhost:5173").send(TestUploads.bytes(3));

      assertThat(put.statusCode()).isEqualTo(200);
      assertThat(header(put, "access-control-allow-origin")).isEqualTo("http://localhost:5173");
      assertThat(header(put, "access-control-expose-headers"))
          .contains("ETag", "x-amz-checksum-crc32c", "x-amz-checksum-sha256");
    }
  }

  private static HttpResponse<String> preflight(SignedPart part, String origin, String names)
      throws IOException, InterruptedException {
    HttpRequest options =
        HttpRequest.newBuilder(URI.create(part.url()))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", names)
            .build();
    return HttpClient.newHttpClient().send(options, HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void listensOnLoopbackAtTheGivenPort() throws IOException {
    int port;
    try (EmbeddedS3 s3 = start(0)) {
      port = s3.endpoint().getPort();
      assertThat(s3.endpoint().getHost()).isEqualTo("127.0.0.1");
      assertThatThrownBy(() -> start(s3.endpoint().getPort())).isInstanceOf(IOException.class);
    }
    try (EmbeddedS3 s3 = start(port)) {
      assertThat(s3.endpoint().getPort()).isEqualTo(port);
    }
  }

  @Test
  void letsNobodyInWithoutASignature() throws Exception {
    try (EmbeddedS3 s3 = start(0)) {
      URI object = s3.endpoint().resolve("/" + BUCKET + "/key");
      HttpRequest put =
          HttpRequest.newBuilder(object).PUT(HttpRequest.BodyPublishers.ofString("a")).build();
      HttpRequest get = HttpRequest.newBuilder(s3.endpoint().resolve("/" + BUCKET)).build();

      for (HttpRequest request : List.of(put, get)) {
        HttpResponse<String> response =
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(403);
      }
    }
  }

  private static S3Storage open(EmbeddedS3 s3) {
    S3Connection connection = new S3Connection(DESTINATION, "us-east-1", s3.endpoint(), null, true);
    return S3Storage.open(List.of(connection), "access", "secret", Clock.systemUTC());
  }

  private static void put(S3Storage storage, UploadSpec spec, String id, int number) {
    SignedPart part =
        storage
            .urlSigner()
            .sign(active(spec, id), number, null, Instant.now(), Instant.now().plusSeconds(60));
    assertThat(SignedPut.send(part, TestUploads.bytes(3)).statusCode()).isEqualTo(200);
  }
}
