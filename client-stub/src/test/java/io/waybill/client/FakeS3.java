package io.waybill.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/** An S3 that takes parts over HTTP, checks length and checksum, and fails as a test scripts it. */
public final class FakeS3 implements AutoCloseable {

  static final String CHECKSUM = "x-amz-checksum-crc32c";
  static final String SECRET = "X-Amz-Signature=c0ffee";

  /** One scripted answer. */
  public interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService pool = Executors.newCachedThreadPool();
  private final Map<Integer, Queue<Answer>> scripts = new ConcurrentHashMap<>();
  private final AtomicInteger running = new AtomicInteger();

  /** The parts stored, by upload and number. */
  final Map<String, byte[]> parts = new ConcurrentHashMap<>();

  /** The numbers of all parts that were sent here, in order, failed ones included. */
  final Queue<Integer> puts = new ConcurrentLinkedQueue<>();

  /** The most that ran at a time. */
  final AtomicInteger peak = new AtomicInteger();

  FakeS3() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(pool);
    server.createContext("/", this::handle);
    server.start();
  }

  String url(String uploadId, int part) {
    return "http://127.0.0.1:%d/%s/%d?%s"
        .formatted(server.getAddress().getPort(), uploadId, part, SECRET);
  }

  /** Answers the next PUTs of a part so, in order; afterwards they succeed. */
  public void script(int part, Answer... answers) {
    scripts.computeIfAbsent(part, k -> new ConcurrentLinkedQueue<>()).addAll(List.of(answers));
  }

  public static Answer status(int status, String code) {
    return status(status, code, "no");
  }

  public static Answer status(int status, String code, String message) {
    return exchange -> {
      exchange.getRequestBody().readAllBytes();
      reply(
          exchange,
          status,
          "<Error><Code>"
              + code
              + "</Code><Message>"
              + message
              + "</Message><StringToSign>"
              + SECRET
              + "</StringToSign></Error>");
    };
  }

  /** Takes some of the body, then breaks the connection. */
  static Answer brokenConnection() {
    return exchange -> {
      exchange.getRequestBody().readNBytes(10);
      exchange.close();
    };
  }

  byte[] content(String uploadId, int partCount) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int n = 1; n <= partCount; n++) {
      all.writeBytes(parts.get(uploadId + "/" + n));
    }
    return all.toByteArray();
  }

  List<Integer> sent() {
    return new ArrayList<>(puts);
  }

  private void handle(HttpExchange exchange) throws IOException {
    peak.accumulateAndGet(running.incrementAndGet(), Math::max);
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring(1);
      int number = Integer.parseInt(path.substring(path.indexOf('/') + 1));
      puts.add(number);
      Queue<Answer> script = scripts.get(number);
      Answer answer = script == null ? null : script.poll();
      if (answer == null) {
        store(exchange);
      } else {
        answer.give(exchange);
      }
    } finally {
      running.decrementAndGet();
    }
  }

  /** The answer of an S3 that is well. */
  void store(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(1);
    byte[] body = exchange.getRequestBody().readAllBytes();
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (!String.valueOf(body.length).equals(length)) {
      reply(exchange, 403, "<Code>SignatureDoesNotMatch</Code>");
      return;
    }
    String expected = exchange.getRequestHeaders().getFirst(CHECKSUM);
    if (expected != null) {
      CRC32C crc = new CRC32C();
      crc.update(body);
      byte[] value = java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
      if (!Base64.getEncoder().encodeToString(value).equals(expected)) {
        reply(exchange, 400, "<Code>BadDigest</Code>");
        return;
      }
      exchange.getResponseHeaders().set(CHECKSUM, expected);
    }
    parts.put(path, body);
    exchange
        .getResponseHeaders()
        .set("ETag", "\"etag-" + path.substring(path.indexOf('/') + 1) + "\"");
    exchange.sendResponseHeaders(200, -1);
  }

  private static void reply(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    pool.shutdownNow();
  }
}
