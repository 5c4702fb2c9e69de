package io.waybill.server.s3;

import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The endpoint of each bucket. Amazon's rules for them (partitions, the global host of us-east-1,
 * names that cannot be part of a host) fill books and change, so the SDK's presigner is asked to
 * sign something in each bucket, once, and its answer is taken apart.
 */
final class SigningEndpoints {
  private static final String PROBE = "k";
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";

  private record Place(String destination, String bucket) {}

  private final Map<String, S3Connection> connections;

  /** As many as the configuration has, and had: sessions keep the bucket they began with. */
  private final Map<Place, SigningEndpoint> known = new ConcurrentHashMap<>();

  SigningEndpoints(Collection<S3Connection> connections) {
    this.connections =
        connections.stream()
            .collect(Collectors.toUnmodifiableMap(S3Connection::destination, Function.identity()));
  }

  /**
   * A bucket's endpoint; the first time this takes milliseconds.
   *
   * @throws StorageException REFUSED where there is no such destination, or no URL for its bucket
   */
  SigningEndpoint of(String destination, String bucket) {
    return known.computeIfAbsent(new Place(destination, bucket), this::find);
  }

  /** Whether {@link #of} answers at once. */
  boolean isKnown(String destination, String bucket) {
    return known.containsKey(new Place(destination, bucket));
  }

  private SigningEndpoint find(Place place) {
    S3Connection connection = connections.get(place.destination);
    if (connection == null) {
      throw new StorageException(
          Kind.REFUSED, "no S3 connection for destination " + place.destination);
    }
    try (S3Presigner presigner = presigner(connection)) {
      return read(
          presigner.presignPutObject(
              p ->
                  p.signatureDuration(Duration.ofMinutes(1))
                      .putObjectRequest(o -> o.bucket(place.bucket).key(PROBE))));
    } catch (SdkException | IllegalArgumentException e) {
      throw new StorageException(Kind.REFUSED, "no URL for bucket " + place.bucket, e);
    }
  }

  private static S3Presigner presigner(S3Connection connection) {
    S3Presigner.Builder builder =
        S3Presigner.builder()
            .region(Region.of(connection.region()))
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("probe", "probe")))
            // The presigner does not take this from a client.
            .serviceConfiguration(
                S3Configuration.builder().pathStyleAccessEnabled(connection.pathStyle()).build());
    URI endpoint = connection.uploadersEndpoint();
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    return builder.build();
  }

  private static SigningEndpoint read(PresignedRequest probe) {
    Map<String, ? extends Collection<String>> query = probe.httpRequest().rawQueryParameters();
    String path = probe.httpRequest().encodedPath();
    if (!only(query.get("X-Amz-Algorithm")).equals(ALGORITHM) || !path.endsWith("/" + PROBE)) {
      throw new IllegalArgumentException("signed otherwise than with " + ALGORITHM);
    }
    // probe/20130524/us-east-1/s3/aws4_request
    String[] credential = only(query.get("X-Amz-Credential")).split("/", -1);
    URL url = probe.url();
    return new SigningEndpoint(
        url.getProtocol() + "://" + url.getAuthority(),
        only(probe.signedHeaders().get("host")),
        path.substring(0, path.length() - PROBE.length()),
        credential[2],
        credential[3]);
  }

  private static String only(@Nullable Collection<String> values) {
    if (values == null || values.size() != 1) {
      throw new IllegalArgumentException("a probe without what SigV4 has");
    }
    return values.iterator().next();
  }
}
