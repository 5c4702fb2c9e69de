package io.waybill.client;

import io.waybill.v1.SignedPart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/**
 * One attempt to send a part to S3.
 *
 * <p>It may take {@link #GRACE} and the time that the part needs at the slowest speed allowed.
 */
final class PartPut {

  static final Duration GRACE = Duration.ofSeconds(30);

  private static final int BODY_LIMIT_BYTES = 4 << 10;

  private final HttpClient http;
  private final long minBytesPerSecond;

  PartPut(HttpClient http, long minBytesPerSecond) {
    this.http = http;
    this.minBytesPerSecond = minBytesPerSecond;
  }

  Duration timeout(long sizeBytes) {
    return GRACE.plusSeconds(sizeBytes / minBytesPerSecond);
  }

  /**
   * Sends the part and returns the answer, whatever it is.
   *
   * @throws IOException if there was none: the connection broke, or it took too long
   * @throws UploadFailedException if the part could not be read, or the request is unusable
   */
  PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    BodyPublisher publisher = new BodyPublisher(body, onSent);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<Void>> answer =
        http.sendAsync(
            request(part, body.sizeBytes(), publisher),
            BodyHandlers.ofByteArrayConsumer(
                chunk ->
                    chunk.ifPresent(
                        bytes ->
                            head.write(
                                bytes,
                                0,
                                Math.min(bytes.length, BODY_LIMIT_BYTES - head.size())))));
    try {
      HttpResponse<Void> response =
          answer.get(timeout(body.sizeBytes()).toMillis(), TimeUnit.MILLISECONDS);
      return new PutReply(
          response.statusCode(), response.headers(), head.toString(StandardCharsets.UTF_8));
    } catch (TimeoutException e) {
      throw new HttpTimeoutException("no answer in time");
    } catch (ExecutionException e) {
      Exception unread = publisher.readFailure();
      if (unread instanceof UploadFailedException failure) {
        throw failure;
      } else if (unread != null) {
        throw new UploadFailedException(
            UploadFailedException.Kind.SOURCE_UNREADABLE, "the part cannot be read: " + unread);
      }
      throw e.getCause() instanceof IOException broken ? broken : new IOException(e.getCause());
    } finally {
      // Does nothing to a finished exchange, and ends one that we no longer wait for.
      answer.cancel(true);
    }
  }

  /** A failure in words that are safe to log: its kind, and its message unless a URL is in it. */
  static String describe(IOException failure) {
    String message = failure.getMessage();
    boolean safe = message != null && !message.contains("://") && !message.contains("?");
    return failure.getClass().getSimpleName() + (safe ? ": " + message : "");
  }

  private static HttpRequest request(SignedPart part, long sizeBytes, BodyPublisher publisher) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(part.getUrl())).version(HttpClient.Version.HTTP_1_1);
      part.getHeadersMap().forEach(request::setHeader);
      return request
          .method(
              part.getMethod(),
              sizeBytes == 0
                  ? BodyPublishers.ofByteArray(new byte[0])
                  : BodyPublishers.fromPublisher(publisher, sizeBytes))
          .build();
    } catch (IllegalArgumentException e) {
      // Without the cause, whose message would hold the URL.
      throw new UploadFailedException(
          UploadFailedException.Kind.STORAGE_REFUSED,
          "the server signed a request for part "
              + part.getPartNumber()
              + " that an HTTP client cannot send");
    }
  }
}
