package io.waybill.server.events;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which queue, and how it is worked on.
 *
 * @param queueUrl https://HOST/ACCOUNT/NAME; its host is also where the API is asked
 * @param region what requests are signed for
 * @param workers how many messages are worked on at once, 1 to 64
 * @param visibilityTimeout for how long nobody else sees a message that is worked on, 5 s to 12 h;
 *     extended meanwhile
 */
public record SqsSettings(URI queueUrl, String region, int workers, Duration visibilityTimeout) {
  public static final int DEFAULT_WORKERS = 8;
  public static final Duration DEFAULT_VISIBILITY_TIMEOUT = Duration.ofMinutes(1);

  private static final int MAX_WORKERS = 64;
  private static final Duration MIN_VISIBILITY = Duration.ofSeconds(5);
  private static final Duration MAX_VISIBILITY = Duration.ofHours(12);

  public SqsSettings {
    @Nullable String path = queueUrl.getRawPath();
    boolean http = "http".equals(queueUrl.getScheme()) || "https".equals(queueUrl.getScheme());
    if (!http
        || path == null
        || !path.matches("(/[A-Za-z0-9_.-]+)+")
        || queueUrl.getHost() == null
        || queueUrl.getRawUserInfo() != null
        || queueUrl.getRawQuery() != null
        || queueUrl.getRawFragment() != null) {
      throw new IllegalArgumentException("queue_url: https://HOST/ACCOUNT/NAME");
    }
    if (!region.matches("[a-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("region: a name as eu-central-1, not " + region);
    }
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException("workers: 1 to " + MAX_WORKERS + ", not " + workers);
    }
    if (visibilityTimeout.compareTo(MIN_VISIBILITY) < 0
        || visibilityTimeout.compareTo(MAX_VISIBILITY) > 0) {
      throw new IllegalArgumentException("visibility_timeout: 5s to 12h, not " + visibilityTimeout);
    }
  }

  /** Where the API is. */
  URI endpoint() {
    return URI.create(queueUrl.getScheme() + "://" + queueUrl.getRawAuthority());
  }
}
