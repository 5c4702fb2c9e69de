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
 * One attempt to send a part to S3. It may take as long as it takes, but not stay silent: see
 * {@link Silence}.
 */
final class PartPut {

  /** Until the answer after the last byte, which the kernel may still have to send. */
  static final Duration REPLY_WAIT = Duration.ofMinutes(2);

  /** Some stores hash a part, or copy it, between its last byte and their answer. */
  private static final long STORED_BYTES_PER_SECOND = 16 << 20;

  /** The last byte may bring the end nearer, so it is looked at again and again. */
  private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int BODY_LIMIT_BYTES = 4 << 10;

  private final HttpClient http;
  private final Duration stall;
  private final Duration replyWait;

  /**
   * Sends through a client.
   *
   * @param stall how long a connection may take no byte
   * @param replyWait how long the answer may take after the last one, beside what the size asks for
   */
  PartPut(HttpClient http, Duration stall, Duration replyWait) {
    this.http = http;
    this.stall = stall;
    this.replyWait = replyWait;
  }

  private Silence silence(long sizeBytes) {
    Duration reply = replyWait.plusSeconds(sizeBytes / STORED_BYTES_PER_SECOND);
    return new Silence(sizeBytes, stall, reply, System::nanoTime);
  }

  /**
   * Sends the part and returns the answer, whatever it is.
   *
   * @throws IOException if there was none: the connection broke, or was silent too long
   * @throws UploadFailedException if the part could not be read, or the request is unusable
   */
  PutReply send(SignedPart part, PartBody body, LongConsumer onSent)
      throws IOException, InterruptedException {
    Silence silence = silence(body.sizeBytes());
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
        throw new UploadFailedException(
            UploadFailedException.Kind.SOURCE_UNREADABLE, "the part cannot be read: " + unread);
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
