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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;

/** Sends parts through Java's HTTP client. */
final class HttpClientPut implements PartPut {

  /** The last byte may bring the end nearer, so it is looked at again and again. */
  private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int BODY_LIMIT_BYTES = 4 << 10;

  private final HttpClient http;
  private final Patience patience;

  HttpClientPut(HttpClient http, Patience patience) {
    this.http = http;
    this.patience = patience;
  }

  @Override
  public PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    Silence silence = patience.begin(body.sizeBytes());
    BodyPublisher publisher =
        new BodyPublisher(
            body,
            bytes -> {
              silence.taken(bytes);
              onSent.accept(bytes);
            });
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
      HttpResponse<Void> response = await(answer, silence);
      return new PutReply(
          response.statusCode(), response.headers(), head.toString(StandardCharsets.UTF_8));
    } catch (ExecutionException e) {
      Throwable unread = publisher.failure();
      if (unread instanceof UploadFailedException failure) {
        throw failure;
      } else if (unread instanceof Error error) {
        throw error;
      } else if (unread != null) {
        throw UploadFailedException.unreadable(unread);
      }
      throw e.getCause() instanceof IOException broken ? broken : new IOException(e.getCause());
    } finally {
      // Does nothing to a finished exchange, and ends one that we no longer wait for.
      answer.cancel(true);
    }
  }

  /** The thread that waits for the answer is the one that watches the silence. */
  private static <T> T await(CompletableFuture<T> answer, Silence silence)
      throws HttpTimeoutException, ExecutionException, InterruptedException {
    for (long left = silence.leftNanos(); left > 0; left = silence.leftNanos()) {
      try {
        return answer.get(Math.min(left, WATCH_NANOS), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        // Bytes taken meanwhile have moved the end.
      }
    }
    throw new HttpTimeoutException(silence.complaint());
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
      throw PutHead.unsendable(part);
    }
  }
}
