package io.waybill.server.events;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.waybill.server.ops.DaemonThreads;
import io.waybill.server.ops.SparseLog;
import io.waybill.server.upload.ConfirmUpload;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes events from stores that push them over HTTP (MinIO, EventBridge's API destinations): a POST
 * of a document to {@link #PATH}, with the secret as a bearer token. 200 says that it is dealt
 * with, 503 that it should be sent again. The secret keeps strangers from asking; what is said with
 * it is believed no more than what comes from a queue.
 */
public final class WebhookReceiver implements AutoCloseable {
  public static final String PATH = "/events";

  /** The least that a secret has. */
  public static final int MIN_SECRET_BYTES = 16;

  private static final System.Logger LOG = System.getLogger(WebhookReceiver.class.getName());
  private static final int LINES_PER_MINUTE = 5;

  /** Each has a thread, or whoever is slow would keep the others waiting until they are cut off. */
  private static final int MAX_CONNECTIONS = 64;

  private static final int BACKLOG = 64;
  private static final Duration GRACE = Duration.ofSeconds(5);

  static {
    // Read when the first server is made. Seconds for a request to be there, and connections.
    setUnlessSet("sun.net.httpserver.maxReqTime", "10");
    setUnlessSet("jdk.httpserver.maxConnections", String.valueOf(MAX_CONNECTIONS));
  }

  private final HttpServer server;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          MAX_CONNECTIONS,
          MAX_CONNECTIONS,
          30,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          DaemonThreads.named("waybill-webhook"));
  private final AtomicInteger open = new AtomicInteger();
  private final byte[] expected;
  private final EventHandler handler;
  private final SparseLog log = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);

  private WebhookReceiver(HttpServer server, String secret, EventHandler handler) {
    this.server = server;
    this.expected = digest("Bearer " + secret);
    this.handler = handler;
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
    server.createContext(PATH, this::answer);
    server.start();
  }

  /**
   * Listens.
   *
   * @param secret what a pusher has to know, without line breaks around it
   * @throws IOException where the address is not to be had
   */
  public static WebhookReceiver start(
      InetSocketAddress listen, byte[] secret, ConfirmUpload confirm) throws IOException {
    String text = new String(secret, StandardCharsets.UTF_8).strip();
    if (text.length() < MIN_SECRET_BYTES) {
      throw new IOException("the webhook's secret: " + MIN_SECRET_BYTES + " characters or more");
    }
    HttpServer server;
    try {
      server = HttpServer.create(listen, BACKLOG);
    } catch (IOException e) {
      throw new IOException("events.webhook.listen: %s: %s".formatted(listen, e.getMessage()), e);
    }
    WebhookReceiver receiver =
        new WebhookReceiver(server, text, new EventHandler(confirm, EventHandler.PATIENCE));
    LOG.log(Level.INFO, "events are taken on port {0}", String.valueOf(receiver.port()));
    return receiver;
  }

  /** The port that it really got. */
  public int port() {
    return server.getAddress().getPort();
  }

  /**
   * Answers what it works on, then stops: at once where that is nothing, as HttpServer does not.
   */
  @Override
  public void close() {
    server.stop(open.get() == 0 ? 0 : (int) GRACE.toSeconds());
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    open.incrementAndGet();
    try (exchange) {
      int status = status(exchange);
      Map<Integer, Map<String, String>> headers =
          Map.of(
              401, Map.of("WWW-Authenticate", "Bearer"),
              405, Map.of("Allow", "POST"),
              503, Map.of("Retry-After", "10"));
      headers.getOrDefault(status, Map.of()).forEach(exchange.getResponseHeaders()::set);
      exchange.sendResponseHeaders(status, -1);
    } finally {
      open.decrementAndGet();
    }
  }

  private int status(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestURI().getRawPath().equals(PATH)) {
      return 404;
    }
    if (!isKnown(exchange.getRequestHeaders())) {
      log.say("secret", () -> "an event was pushed without the secret: refused");
      return 401;
    }
    if (!exchange.getRequestMethod().equals("POST")) {
      return 405;
    }
    byte[] body;
    try (InputStream in = exchange.getRequestBody()) {
      body = in.readNBytes(EventDocument.MAX_LENGTH + 1);
      if (body.length > EventDocument.MAX_LENGTH) {
        return 413;
      }
    }
    return status(new String(body, StandardCharsets.UTF_8));
  }

  private int status(String document) {
    try {
      return switch (handler.handle(document)) {
        case DONE -> 200;
        case UNREADABLE -> 400;
        case AGAIN -> 503;
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 503;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "working on an event", e);
      return 503;
    }
  }

  /** In a time that does not depend on how much of the secret is right. */
  private boolean isKnown(Headers headers) {
    String said = headers.getFirst("Authorization");
    return said != null && MessageDigest.isEqual(expected, digest(said));
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
