package io.waybill.server.s3;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The real adapter with the timeouts of a test. */
public final class ImpatientS3 {
  private ImpatientS3() {}

  /**
   * Opens one.
   *
   * @param endpoint where the server goes
   * @param uploaders where signed URLs go
   * @param patience how long each request may take; Complete too
   */
  public static S3Storage open(
      Collection<String> destinations,
      URI endpoint,
      URI uploaders,
      String region,
      AwsBasicCredentials credentials,
      Duration patience) {
    List<S3Connection> connections =
        destinations.stream()
            .map(name -> new S3Connection(name, region, endpoint, uploaders, true))
            .toList();
    S3Timeouts timeouts =
        new S3Timeouts(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            patience,
            patience.multipliedBy(S3Clients.MAX_ATTEMPTS + 1),
            patience,
            patience.multipliedBy(2),
            Duration.ofMillis(1),
            Duration.ofMillis(1));
    return new S3Storage(
        connections, StaticCredentialsProvider.create(credentials), Clock.systemUTC(), timeouts);
  }
}
