package io.waybill.server.s3;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/**
 * The object at a probe's key, which is random: whatever is there is the check's own, and is
 * deleted without a condition.
 */
final class ProbeObject {
  /** Enough for every version that a probe may have got. */
  private static final int MAX_DELETES = 5;

  private final S3Client s3;
  private final String bucket;
  private final String key;
  private final String where;
  private final Questions questions;

  /**
   * Of a check.
   *
   * @param where on what permissions are needed, in words
   */
  ProbeObject(S3Client s3, String bucket, String key, String where, Questions questions) {
    this.s3 = s3;
    this.bucket = bucket;
    this.key = key;
    this.where = where;
    this.questions = questions;
  }

  /** What is there; null where S3 does not show it, which is a finding then. */
  @Nullable HeadObjectResponse see() {
    return questions.need("s3:GetObject", where, S3Operation.HEAD, this::head);
  }

  /** Deletes it, and looks whether it is gone; false where it is not, which is a finding then. */
  boolean remove() {
    for (int deleted = 0; ; deleted++) {
      Questions.Reply<HeadObjectResponse> reply =
          questions.ask("s3:GetObject", where, S3Operation.HEAD, this::head, 404, 403);
      @Nullable HeadObjectResponse seen = reply.answer();
      if (seen == null) {
        return reply.status() == 404 || (reply.status() == 403 && delete("s3:DeleteObject", null));
      }
      if (deleted == MAX_DELETES) {
        questions.failed("the probe " + key + " is there still, although S3 deleted it");
        return false;
      }
      boolean byVersion = hasVersion(seen);
      String action = byVersion ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
      if (!delete(action, byVersion ? seen.versionId() : null)) {
        return false;
      }
    }
  }

  private boolean delete(String action, @Nullable String version) {
    boolean done =
        questions.ask(action, where, S3Operation.DELETE, () -> deleteObject(version), 404).status()
            != 0;
    if (done) {
      questions.ok(action + " on " + where);
    }
    return done;
  }

  private DeleteObjectResponse deleteObject(@Nullable String version) {
    return s3.deleteObject(d -> d.bucket(bucket).key(key).versionId(version));
  }

  private HeadObjectResponse head() {
    return s3.headObject(h -> h.bucket(bucket).key(key));
  }

  /** Whether one version alone can be deleted. */
  static boolean hasVersion(HeadObjectResponse seen) {
    return seen.versionId() != null && !seen.versionId().equals("null");
  }
}
