package io.waybill.server.upload;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What an upload is, which never changes.
 *
 * @param id the session's id
 * @param tenant whose it is
 * @param requestId the caller's, unique within the tenant
 * @param requestDigest SHA-256 over the request's fields, in hex: what one request_id compares
 * @param destination the destination's name
 * @param bucket the S3 bucket
 * @param key the object's key
 * @param filename as the caller gave it, NFC; may be empty
 * @param contentType the object's content type
 * @param mode how the bytes travel
 * @param plan how they are cut
 * @param algorithm the checksum every part carries
 * @param metadata the caller's metadata
 * @param overwrite whether an object that stands at the key already is replaced
 * @param sessionTtl how long the session lives after each sign of life
 * @param createTime when it was made
 * @param maxExpireTime past which nothing extends it
 */
public record UploadSpec(
    UploadId id,
    String tenant,
    String requestId,
    String requestDigest,
    String destination,
    String bucket,
    String key,
    String filename,
    String contentType,
    UploadMode mode,
    PartPlan plan,
    ChecksumAlgorithm algorithm,
    Map<String, String> metadata,
    boolean overwrite,
    Duration sessionTtl,
    Instant createTime,
    Instant maxExpireTime) {

  public UploadSpec {
    metadata = Map.copyOf(metadata);
    if (mode == UploadMode.SINGLE && plan.partCount() != 1) {
      throw new IllegalArgumentException("a single PUT has one part, not " + plan.partCount());
    }
  }

  /** Whether the key carries the id, so that whatever stands there is this upload's. */
  public boolean hasOwnKey() {
    return List.of(key.split("/", -1)).contains(id.toString());
  }

  /** When a session that shows a sign of life now shall end. */
  public Instant expireTimeFrom(Instant now) {
    Instant slid = now.plus(sessionTtl);
    return slid.isBefore(maxExpireTime) ? slid : maxExpireTime;
  }
}
