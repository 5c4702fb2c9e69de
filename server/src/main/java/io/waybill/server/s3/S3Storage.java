package io.waybill.server.s3;

import io.waybill.server.upload.Destination;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.UrlSigner;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** All of S3 for one server: the store and the signer of all destinations, on one set of keys. */
public final class S3Storage implements AutoCloseable {
  private final S3Clients clients;
  private final S3ObjectStore objects;
  private final SigV4UrlSigner signer;
  private final AwsCredentialsProvider credentials;
  private final List<S3Connection> connections;
  private final InstantSource clock;

  /** By destination: what one check could not remove stands in the way of the next. */
  private final Map<String, Probe> probes = new ConcurrentHashMap<>();

  /**
   * With credentials of one's own.
   *
   * @param credentials closed with the rest, if it can be
   * @param clock by which URLs end
   */
  S3Storage(
      Collection<S3Connection> connections,
      AwsCredentialsProvider credentials,
      InstantSource clock) {
    this(connections, credentials, clock, S3Timeouts.DEFAULT);
  }

  /** With other timeouts than the server's. */
  S3Storage(
      Collection<S3Connection> connections,
      AwsCredentialsProvider credentials,
      InstantSource clock,
      S3Timeouts timeouts) {
    this.credentials = credentials;
    this.clock = clock;
    this.connections = List.copyOf(connections);
    this.clients = new S3Clients(this.connections, credentials, timeouts, new ClockSkew(clock));
    this.objects = new S3ObjectStore(clients);
    this.signer = new SigV4UrlSigner(this.connections, credentials, clock);
  }

  /** With the credentials that the SDK's default provider chain finds. */
  public static S3Storage open(Collection<S3Connection> connections, InstantSource clock) {
    // Refreshed in the background: signing is not to wait for it.
    DefaultCredentialsProvider chain =
        DefaultCredentialsProvider.builder().asyncCredentialUpdateEnabled(true).build();
    return new S3Storage(connections, chain, clock);
  }

  /** With a key pair that is given, as the embedded S3's is. */
  public static S3Storage open(
      Collection<S3Connection> connections,
      String accessKey,
      String secretKey,
      InstantSource clock) {
    AwsBasicCredentials pair = AwsBasicCredentials.create(accessKey, secretKey);
    return new S3Storage(connections, StaticCredentialsProvider.create(pair), clock);
  }

  /**
   * Makes the SDK's clients, which takes a second where everything else takes microseconds. Without
   * it the first call that needs one waits for that.
   */
  public void warmUp() {
    clients.warmUp();
  }

  public ObjectStore objectStore() {
    return objects;
  }

  public UrlSigner urlSigner() {
    return signer;
  }

  /**
   * Asks a destination's S3 whether it is as Waybill needs it; blocks while it answers.
   *
   * @param wider whether it is also asked what should be refused
   */
  public StorageReport check(Destination destination, boolean wider) {
    S3Connection connection =
        connections.stream()
            .filter(each -> each.destination().equals(destination.name()))
            .findFirst()
            .orElseThrow();
    Probe probe = probes.computeIfAbsent(destination.name(), name -> Probe.in(destination));
    S3Client once = clients.of(destination.name()).once();
    return new StorageCheck(once, connection, destination, probe, clock).run(wider);
  }

  @Override
  public void close() {
    clients.close();
    if (credentials instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing the credentials provider", e);
      }
    }
  }
}
