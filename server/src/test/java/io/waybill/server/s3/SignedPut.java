package io.waybill.server.s3;

import io.waybill.server.upload.SignedPart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A signed request as an uploader sends it, or as somebody bends it first. */
record SignedPut(String method, String url, Map<String, String> headers) {
  static SignedPut of(SignedPart part) {
    return new SignedPut(part.method(), part.url(), part.headers());
  }

  /** Sends it as it was signed. */
  static HttpResponse<String> send(SignedPart part, byte[] body) {
    return of(part).send(body);
  }

  SignedPut to(String otherUrl) {
    return new SignedPut(method, otherUrl, headers);
  }

  SignedPut with(String name, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(name, value);
    return new SignedPut(method, url, more);
  }

  SignedPut without(String name) {
    Map<String, String> less = new TreeMap<>(headers);
    less.remove(name);
    return new SignedPut(method, url, less);
  }

  HttpResponse<String> send(byte[] body) {
    return send(BodyPublishers.ofByteArray(body));
  }

  HttpResponse<String> send(BodyPublisher body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(30))
            .method(method, body);
    headers.forEach(request::header);
    // A connection of its own: S3Proxy closes one after a refusal whose body it has not read, and
    // the next request on it would fail for nothing.
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
