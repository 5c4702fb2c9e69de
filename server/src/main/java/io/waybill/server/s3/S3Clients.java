package io.waybill.server.s3;

import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The SDK's clients, three to a destination, on two pools of connections that all destinations
 * share. Completing has a pool of its own, so that assemblies that take minutes never keep short
 * requests waiting.
 */
final class S3Clients implements AutoCloseable {
  /** How many short requests are under way at once. */
  static final int MAX_CONNECTIONS = 64;

  /** How many assemblies are under way at once. */
  static final int MAX_COMPLETING_CONNECTIONS = 64;

  /** Three tries in all, for what may be repeated. */
  static final int MAX_ATTEMPTS = 3;

  /** The SDK's own. */
  private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(20);

  /**
   * One destination's clients.
   *
   * @param repeating for what may be sent again after any failure
   * @param once for what may not, because the first one may have had its effect
   * @param completing for Complete: once, and patient
   */
  record Clients(S3Client repeating, S3Client once, S3Client completing) {}

  private final List<S3Connection> connections;
  private final AwsCredentialsProvider credentials;
  private final S3Timeouts timeouts;
  private final ClockSkew skew;

  private final Deque<SdkAutoCloseable> opened = new ArrayDeque<>();
  private @Nullable Map<String, Clients> byDestination;
  private boolean closed;

  S3Clients(
      Collection<S3Connection> connections,
      AwsCredentialsProvider credentials,
      S3Timeouts timeouts,
      ClockSkew skew) {
    this.connections = List.copyOf(connections);
    this.credentials = credentials;
    this.timeouts = timeouts;
    this.skew = skew;
    Set<String> destinations = new HashSet<>();
    for (S3Connection connection : connections) {
      if (!destinations.add(connection.destination())) {
        throw new IllegalArgumentException("two connections for " + connection.destination());
      }
    }
  }

  /**
   * Made when they are first wanted: the SDK takes longer to load than all the rest of a server.
   */
  private synchronized Map<String, Clients> all() {
    if (closed) {
      throw new IllegalStateException("the S3 clients are closed");
    }
    if (byDestination == null) {
      byDestination = open();
    }
    return byDestination;
  }

  private Map<String, Clients> open() {
    Map<String, Clients> clients = new HashMap<>();
    SdkHttpClient quick = keep(http(MAX_CONNECTIONS, timeouts, timeouts.socket()));
    SdkHttpClient patient =
        keep(http(MAX_COMPLETING_CONNECTIONS, timeouts, timeouts.completeSocket()));
    RetryStrategy thrice =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(MAX_ATTEMPTS)
            .backoffStrategy(upTo(timeouts.retryDelay()))
            .throttlingBackoffStrategy(upTo(timeouts.throttledRetryDelay()))
            .build();
    RetryStrategy never = AwsRetryStrategy.doNotRetry();
    for (S3Connection connection : connections) {
      clients.put(
          connection.destination(),
          new Clients(
              keep(client(connection, credentials, quick, thrice, timeouts.call(), skew)),
              keep(client(connection, credentials, quick, never, timeouts.call(), skew)),
              keep(client(connection, credentials, patient, never, timeouts.complete(), skew))));
    }
    return clients;
  }

  /** Makes them now. */
  void warmUp() {
    all();
  }

  Clients of(String destination) {
    Clients clients = all().get(destination);
    if (clients == null) {
      throw new StorageException(Kind.REFUSED, "no S3 connection for destination " + destination);
    }
    return clients;
  }

  @Override
  public synchronized void close() {
    closed = true;
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private <T extends SdkAutoCloseable> T keep(T closeable) {
    opened.push(closeable);
    return closeable;
  }

  private static BackoffStrategy upTo(Duration first) {
    return BackoffStrategy.exponentialDelay(first, MAX_RETRY_DELAY);
  }

  private static SdkHttpClient http(
      int maxConnections, S3Timeouts timeouts, Duration socketTimeout) {
    return Apache5HttpClient.builder()
        .maxConnections(maxConnections)
        .connectionTimeout(timeouts.connect())
        .connectionAcquisitionTimeout(timeouts.acquire())
        .socketTimeout(socketTimeout)
        .tcpKeepAlive(true)
        .build();
  }

  private static S3Client client(
      S3Connection connection,
      AwsCredentialsProvider credentials,
      SdkHttpClient http,
      RetryStrategy retries,
      Duration timeout,
      ClockSkew skew) {
    var builder =
        S3Client.builder()
            .httpClient(http)
            .credentialsProvider(credentials)
            .region(Region.of(connection.region()))
            .forcePathStyle(connection.pathStyle())
            // Bodies signed in chunks are what S3-compatible stores know last, if at all.
            .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
            // Else the SDK adds a CRC32 that nobody declared, which S3-compatible stores refuse.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                o ->
                    o.retryStrategy(retries)
                        .apiCallTimeout(timeout)
                        .addExecutionInterceptor(skew)
                        .addExecutionInterceptor(new EncodedListings()));
    URI endpoint = connection.endpoint();
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }
}
