package io.waybill.server.s3.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A fake of Amazon's S3, in memory, over HTTP. It is here because S3Proxy, which is a real server,
 * lets pass what Amazon refuses: this one verifies signatures with an implementation of its own,
 * takes part checksums only of the declared algorithm and only where they are right, demands them
 * in the manifest, checks order, sizes and ETags of the parts and {@code x-amz-mp-object-size},
 * pages its listings, honours {@code If-None-Match} and {@code If-Match}, and answers a repeated
 * Complete with the same words.
 *
 * <p>It is made from Amazon's documentation and from answers seen, not by Amazon: passing it proves
 * less than passing S3. It has no versions, no regions but one, no policies (but that the list of
 * buckets and a bucket's policy are nobody's business), and wants the bucket in the path. In one
 * thing it is stricter than S3, which lets a manifest do without checksums that are of the full
 * object.
 */
public final class FakeAwsS3 implements AutoCloseable {
  /** S3's own least size of a part, in bytes. */
  public static final long MIN_PART_BYTES = 5 << 20;

  public static final String REGION = "eu-central-1";

  private static final int THREADS = 16;

  static {
    // Else each answer waits 40 ms for the client's delayed ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  /** How a store differs from the honest one: it may answer itself, before or after the fact. */
  @FunctionalInterface
  public interface Personality {
    /**
     * Answers a request.
     *
     * @param honest does what was asked, and returns what S3 would answer
     */
    Answer answer(Call call, Supplier<Answer> honest);

    /** Both: this one sees the request first, and the inner one is what it takes for honest. */
    default Personality over(Personality inner) {
      return (call, honest) -> answer(call, () -> inner.answer(call, honest));
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final SigV4Check signatures;
  private final Map<String, FakeBucket> buckets = new HashMap<>();
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private volatile Personality personality = (call, honest) -> honest.get();

  private FakeAwsS3(
      HttpServer server,
      SigV4Check signatures,
      long minPartBytes,
      InstantSource clock,
      List<String> bucketNames) {
    this.server = server;
    this.signatures = signatures;
    this.threads = Executors.newFixedThreadPool(THREADS);
    for (String name : bucketNames) {
      buckets.put(name, new FakeBucket(minPartBytes, clock));
    }
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /**
   * Starts one on a free port of the loopback address.
   *
   * @param minPartBytes the least size of a part but the last
   */
  public static FakeAwsS3 start(
      String accessKey,
      String secretKey,
      long minPartBytes,
      InstantSource clock,
      List<String> buckets)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    SigV4Check signatures = new SigV4Check(accessKey, secretKey, REGION, clock);
    return new FakeAwsS3(HttpServer.create(address, 0), signatures, minPartBytes, clock, buckets);
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on answers so. */
  public void behave(Personality next) {
    personality = next;
  }

  /** How many requests of this operation have come, whatever became of them. */
  public int count(String operation) {
    return counts.getOrDefault(operation, 0);
  }

  /** How many PUTs of this part have come, of any upload. */
  public int countOfPart(int partNumber) {
    return counts.getOrDefault("UploadPart " + partNumber, 0);
  }

  /** The keys of all objects. */
  public List<String> keys(String bucket) {
    return bucket(bucket).keys();
  }

  public Optional<FakeObject> object(String bucket, String key) {
    return bucket(bucket).object(key);
  }

  /** The ids of all unfinished multipart uploads. */
  public List<String> uploadIds(String bucket) {
    return bucket(bucket).uploadIds();
  }

  /** An object is lost. */
  void destroy(String bucket, String key) {
    bucket(bucket).destroy(key);
  }

  private FakeBucket bucket(String name) {
    FakeBucket bucket = buckets.get(name);
    if (bucket == null) {
      throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");
    }
    return bucket;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Call call =
          Call.of(
              exchange.getRequestMethod(),
              exchange.getRequestURI().getRawPath(),
              Optional.ofNullable(exchange.getRequestURI().getRawQuery()),
              exchange.getRequestHeaders(),
              exchange.getRequestBody().readAllBytes());
      count(call);
      Answer answer = personality.answer(call, () -> honest(call));
      if (answer.status() != 0) {
        send(exchange, answer);
      }
    }
  }

  private Answer honest(Call call) {
    try {
      signatures.check(call);
      if (call.operation().equals("ListBuckets")) {
        throw S3Error.accessDenied();
      }
      return bucket(call.bucket()).handle(call);
    } catch (S3Error e) {
      return e.toAnswer();
    } catch (RuntimeException e) {
      return new S3Error(500, "InternalError", "the fake broke: " + e).toAnswer();
    }
  }

  private void count(Call call) {
    String operation = call.operation();
    counts.merge(operation, 1, Integer::sum);
    if (operation.equals("UploadPart")) {
      counts.merge(operation + " " + call.partNumber(), 1, Integer::sum);
    }
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", "" + answer.body().length);
    }
    boolean empty = head || answer.body().length == 0;
    exchange.sendResponseHeaders(answer.status(), empty ? -1 : answer.body().length);
    if (!empty) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
