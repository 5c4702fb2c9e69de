package io.waybill.server.upload;

import java.time.Duration;
import java.util.Map;

/**
 * A place uploads may go to, and the policy there.
 *
 * @param name what callers call it
 * @param bucket the S3 bucket
 * @param keys how keys are made
 * @param contentTypes which content types are taken
 * @param maxSizeBytes the largest file, at most {@link S3Limits#MAX_OBJECT_BYTES}
 * @param partSizeBytes the part size where the caller wishes none
 * @param multipartThresholdBytes up to this size AUTO plans a single PUT, at most 5 GiB
 * @param checksumRequired whether an upload without checksums is refused
 * @param overwrite whether an object at the key may be replaced
 * @param urlTtl how long a URL lives where the caller wishes nothing
 * @param urlTtlMax the most a caller may wish, at most 7 days (S3's own limit)
 * @param sessionTtl how long a session lives after each sign of life
 * @param sessionMaxAge how long it lives at all
 * @param contentCheck what becomes of content that is not what was declared
 * @param features what is known of its store
 * @param quotas how much of it each tenant may use
 * @param completeOnEvent whether uploads are completed without a caller's Complete: on S3's word,
 *     when all parts are reported, and at the session's end
 */
public record Destination(
    String name,
    String bucket,
    KeyTemplate keys,
    ContentTypes contentTypes,
    long maxSizeBytes,
    long partSizeBytes,
    long multipartThresholdBytes,
    boolean checksumRequired,
    boolean overwrite,
    Duration urlTtl,
    Duration urlTtlMax,
    Duration sessionTtl,
    Duration sessionMaxAge,
    ContentCheck contentCheck,
    StoreFeatures features,
    PerTenant<Quota> quotas,
    boolean completeOnEvent) {

  /** S3 signs for at most a week. */
  public static final Duration MAX_URL_TTL = Duration.ofDays(7);

  public Destination {
    range("max_size", maxSizeBytes, 1L, S3Limits.MAX_OBJECT_BYTES);
    range("part_size", partSizeBytes, S3Limits.MIN_PART_BYTES, S3Limits.MAX_PART_BYTES);
    range("multipart_threshold", multipartThresholdBytes, 0L, S3Limits.MAX_PART_BYTES);
    range("url_ttl_max", urlTtlMax, Duration.ofSeconds(1), MAX_URL_TTL);
    range("url_ttl", urlTtl, Duration.ofSeconds(1), urlTtlMax);
    range("session_max_age", sessionMaxAge, Duration.ofMinutes(1), Duration.ofDays(365));
    range("session_ttl", sessionTtl, Duration.ofSeconds(1), sessionMaxAge);
  }

  /**
   * Whether a single PUT goes as one. Else it is planned as a multipart upload of one part, whose
   * URL dies with it: one that nothing keeps from overwriting could alter the finished object
   * (PROTOCOL row 28). And what a PUT makes stands at the key before anybody looked into it, and
   * may be put again after it was deleted; what Complete makes is looked at at once.
   */
  public boolean takesSinglePuts() {
    return features.has(StoreFeature.CONDITIONAL_PUTS)
        && !overwrite
        && contentCheck != ContentCheck.REJECT;
  }

  /** The same with what was found out about its store. */
  Destination with(Map<StoreFeature, Boolean> found) {
    return new Destination(
        name,
        bucket,
        keys,
        contentTypes,
        maxSizeBytes,
        partSizeBytes,
        multipartThresholdBytes,
        checksumRequired,
        overwrite,
        urlTtl,
        urlTtlMax,
        sessionTtl,
        sessionMaxAge,
        contentCheck,
        features.with(found),
        quotas,
        completeOnEvent);
  }

  private static <T extends Comparable<T>> void range(String what, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(what + ": " + least + " to " + most + ", not " + value);
    }
  }
}
