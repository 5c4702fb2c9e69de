package io.waybill.server.s3;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** One set of credentials: as they stand in a URL, and the keys that were derived from them. */
final class SigningIdentity {
  /** URLs end this long before the credentials they are signed with. */
  static final Duration CREDENTIALS_MARGIN = Duration.ofSeconds(60);

  private final AwsCredentials credentials;
  private final String accessKey;
  private final @Nullable String token;
  private final @Nullable Instant lastEnd;

  /** By region and service; of the latest day only. As many as the configuration has regions. */
  private final Map<String, SigningKey> keys = new ConcurrentHashMap<>();

  SigningIdentity(AwsCredentials credentials) {
    this.credentials = credentials;
    this.accessKey = UriEncoding.ofValue(credentials.accessKeyId().trim());
    this.token =
        credentials instanceof AwsSessionCredentials session
            ? UriEncoding.ofValue(session.sessionToken().trim())
            : null;
    this.lastEnd =
        credentials.expirationTime().map(end -> end.minus(CREDENTIALS_MARGIN)).orElse(null);
  }

  boolean isOf(AwsCredentials others) {
    return credentials == others
        || (credentials.equals(others)
            && Objects.equals(credentials.expirationTime(), others.expirationTime()));
  }

  /** The access key, encoded. */
  String accessKey() {
    return accessKey;
  }

  /** The session token, encoded; null where there is none. */
  @Nullable String token() {
    return token;
  }

  /** When a URL ends that shall not outlive the credentials. */
  Instant earlier(Instant end) {
    return lastEnd != null && lastEnd.isBefore(end) ? lastEnd : end;
  }

  /** The key of a day, as in {@code 20130524}. */
  SigningKey key(String day, String region, String service) {
    String place = region + '/' + service;
    SigningKey key = keys.get(place);
    if (key == null || !key.isOf(day)) {
      key = SigningKey.of(credentials.secretAccessKey().trim(), day, region, service);
      keys.put(place, key);
    }
    return key;
  }
}
