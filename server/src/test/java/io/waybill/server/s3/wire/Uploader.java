package io.waybill.server.s3.wire;

import io.waybill.server.upload.SignedPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Sends parts as they were signed. */
final class Uploader {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Uploader() {}

  /** PUTs it, and insists that it was taken. */
  static void put(SignedPart part, byte[] body) {
    int status = tryPut(part, body);
    if (status != 200) {
      throw new AssertionError("PUT of part " + part.number() + ": " + status);
    }
  }

  /** PUTs it; returns the status, 0 where none came. */
  static int tryPut(SignedPart part, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(part.url()))
            .timeout(Duration.ofSeconds(20))
            .method(part.method(), BodyPublishers.ofByteArray(body));
    part.headers().forEach(request::header);
    try {
      return HTTP.send(request.build(), BodyHandlers.ofString()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException(e));
    }
  }
}
