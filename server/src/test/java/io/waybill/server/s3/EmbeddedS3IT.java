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
