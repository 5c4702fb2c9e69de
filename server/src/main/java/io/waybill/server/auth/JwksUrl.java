package io.waybill.server.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches a JWKS over HTTP: so many bytes, so long in all, 200 only, and wherever it is sent
 * elsewhere it does not go.
 */
final class JwksUrl implements UrlKeys.Origin {
  /** RSA keys with their certificate chains take a few KiB each. */
  private static final int MAX_BYTES = 512 << 10;

  private static final Duration CONNECT = Duration.ofSeconds(3);

  private final URI url;
  private final Duration patience;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * @param patience for the whole answer, not only for its beginning
   */
  JwksUrl(URI url, Duration patience) {
    this.url = url;
    this.patience = patience;
  }

  @Override
  public byte[] fetch() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url).header("accept", "application/json").build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, info -> new LimitedBody(MAX_BYTES));
    try {
      HttpResponse<byte[]> response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException("it answers " + response.statusCode());
      }
      return response.body();
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new IOException("no whole answer within " + patience, e);
    } finally {
      answer.cancel(true);
    }
  }
}
