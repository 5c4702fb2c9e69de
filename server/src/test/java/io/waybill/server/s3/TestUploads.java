package io.waybill.server.s3;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/** Sessions as the domain would make them, in the one destination of the tests. */
record TestUploads(
    UploadMode mode,
    PartPlan plan,
    ChecksumAlgorithm algorithm,
    Map<String, String> metadata,
    boolean overwrite) {

  static final String DESTINATION = "media";
  static final String BUCKET = "waybill-test";
  static final String CONTENT_TYPE = "video/mp4";

  /** The smallest there is of more than two, and a last one that is shorter. */
  static final PartPlan THREE_PARTS =
      PartPlan.inParts(2 * S3Limits.MIN_PART_BYTES + 1000, S3Limits.MIN_PART_BYTES);

  private static final Random RANDOM = new Random(20261120);

  static TestUploads multipart(PartPlan plan) {
    return new TestUploads(
        UploadMode.MULTIPART, plan, ChecksumAlgorithm.NONE, Map.of("origin", "test"), false);
  }

  static TestUploads single(long sizeBytes) {
    return new TestUploads(
        UploadMode.SINGLE,
        PartPlan.whole(sizeBytes),
        ChecksumAlgorithm.NONE,
        Map.of("origin", "test"),
        false);
  }

  TestUploads with(ChecksumAlgorithm next) {
    return new TestUploads(mode, plan, next, metadata, overwrite);
  }

  TestUploads with(Map<String, String> next) {
    return new TestUploads(mode, plan, algorithm, next, overwrite);
  }

  TestUploads overwriting() {
    return new TestUploads(mode, plan, algorithm, metadata, true);
  }

  /** A session with a key that nothing else has. */
  UploadSpec spec() {
    UploadId id = nextId();
    return spec(id, "in/" + id + "/film.mp4");
  }

  /** A session at a key, with an id of its own. */
  UploadSpec specAt(String key) {
    return spec(nextId(), key);
  }

  private UploadSpec spec(UploadId id, String key) {
    Instant now = Instant.now();
    return new UploadSpec(
        id,
        "tenant",
        "request",
        "digest",
        DESTINATION,
        BUCKET,
        key,
        "film.mp4",
        CONTENT_TYPE,
        mode,
        plan,
        algorithm,
        metadata,
        overwrite,
        Duration.ofHours(1),
        now,
        now.plus(Duration.ofDays(1)));
  }

  /** The same session as if it had been planned otherwise, to sign what its plan would not. */
  static UploadSpec planned(UploadSpec spec, PartPlan plan) {
    return altered(spec, plan, spec.algorithm());
  }

  /** The same session as if it had another algorithm. */
  static UploadSpec summed(UploadSpec spec, ChecksumAlgorithm algorithm) {
    return altered(spec, spec.plan(), algorithm);
  }

  private static UploadSpec altered(UploadSpec spec, PartPlan plan, ChecksumAlgorithm algorithm) {
    return new UploadSpec(
        spec.id(),
        spec.tenant(),
        spec.requestId(),
        spec.requestDigest(),
        spec.destination(),
        spec.bucket(),
        spec.key(),
        spec.filename(),
        spec.contentType(),
        spec.mode(),
        plan,
        algorithm,
        spec.metadata(),
        spec.overwrite(),
        spec.sessionTtl(),
        spec.createTime(),
        spec.maxExpireTime());
  }

  /** The session once it is ACTIVE. */
  static Upload active(UploadSpec spec, String storageUploadId) {
    Instant now = spec.createTime();
    return new Upload(
        1,
        spec,
        Progress.creating(now).activated(storageUploadId),
        now.plus(spec.sessionTtl()),
        now,
        0,
        0,
        now,
        1);
  }

  static synchronized UploadId nextId() {
    return UploadId.of(Instant.now(), RANDOM);
  }

  /** Bytes that no two calls share. */
  static synchronized byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
