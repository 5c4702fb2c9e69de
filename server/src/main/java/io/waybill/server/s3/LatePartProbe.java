package io.waybill.server.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.waybill.server.s3.Questions.Pointless;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.Pauses;
import io.waybill.server.upload.StoreFeature;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Whether other bytes of the same length, sent for a part once more after Complete, get into the
 * finished object. S3 refuses the part (404). Some stores answer 200 and leave the object alone,
 * and Swift answers 200 and breaks it, so only a GET tells.
 *
 * <p>The answer is kept for good, and for all replicas, so one broken answer decides nothing: an
 * object counts as broken where it is so at several looks, or where other bytes are read.
 */
final class LatePartProbe {
  /** The bytes of the part that was completed. */
  static final String SENT = "waybill";

  private static final String SENT_LATER = "WAYBILL";
  private static final int TRIES = 3;
  private static final Duration BETWEEN = Duration.ofMillis(200);

  /** They say nothing of what was asked: too many requests, or a proxy's answer. */
  private static final Set<Integer> NO_ANSWER = Set.of(307, 408, 429, 502, 503, 504);

  private final S3Client s3;
  private final String bucket;
  private final String key;
  private final String uploadId;
  private final Questions questions;
  private final ProbeObject object;
  private final Map<StoreFeature, Boolean> features;
  private final Pauses pauses = Pauses.sleeping();

  /**
   * Of a completed multipart upload whose one part was {@link #SENT}.
   *
   * @param features where it writes down what it finds
   */
  LatePartProbe(
      S3Client s3,
      String bucket,
      String key,
      String uploadId,
      Questions questions,
      ProbeObject object,
      Map<StoreFeature, Boolean> features) {
    this.s3 = s3;
    this.bucket = bucket;
    this.key = key;
    this.uploadId = uploadId;
    this.questions = questions;
    this.object = object;
    this.features = features;
  }

  /**
   * Sends late parts, and looks what has become of the object.
   *
   * @throws Pointless where S3 does not answer clearly; the check is repeated then
   */
  void run() {
    boolean taken = isTaken(null);
    boolean unchanged = isUnchanged();
    features.put(StoreFeature.PART_URLS_END, unchanged);
    if (unchanged) {
      questions.ok("a part's URL ends with Complete");
      return;
    }
    String then =
        "other bytes sent to a part's URL after Complete "
            + (taken ? "are taken, and " : "")
            + "get into the finished object, or break it: ";
    boolean bound = !isTaken(crc32c(SENT));
    features.put(StoreFeature.PART_CHECKSUMS_BIND, bound);
    if (bound) {
      questions.warning(
          then
              + "uploads without a checksum_algorithm are refused; other bytes than those of the"
              + " signed CRC32C were refused by the store");
    } else {
      questions.failed(
          then
              + "the store took other bytes than those of the signed CRC32C, too, so no uploads are"
              + " taken there");
    }
  }

  /** Whether S3 says that it has taken other bytes for the part; false where it refuses them. */
  private boolean isTaken(@Nullable String crc32c) {
    String what = S3Operation.PUT_PART + " after Complete";
    for (int tried = 1; ; tried++) {
      try {
        s3.uploadPart(
            p -> p.bucket(bucket).key(key).uploadId(uploadId).partNumber(1).checksumCRC32C(crc32c),
            RequestBody.fromString(SENT_LATER));
        return true;
      } catch (AwsServiceException e) {
        if (NO_ANSWER.contains(e.statusCode())) {
          throw unclear(what, e);
        }
        // Ceph answers 500 to a part of a finished upload, however often it is sent.
        if (isRefusal(e) || tried == TRIES) {
          return false;
        }
      } catch (SdkClientException e) {
        throw new Pointless(what + " is not answered: " + S3Failures.innermost(e), e);
      }
      pauses.pause(BETWEEN);
    }
  }

  private boolean isUnchanged() {
    String what = S3Operation.GET + " after Complete";
    for (int looked = 1; ; looked++) {
      try {
        return Arrays.equals(read(), SENT.getBytes(US_ASCII));
      } catch (AwsServiceException e) {
        if (!isRefusal(e)) {
          throw unclear(what, e);
        }
      } catch (SdkClientException e) {
        // Swift breaks off where the bytes should be; HEAD tells whether S3 is there at all.
        if (object.see() == null) {
          throw new Pointless(what + " is not answered: " + S3Failures.innermost(e), e);
        }
      }
      if (looked == TRIES) {
        return false;
      }
      pauses.pause(BETWEEN);
    }
  }

  private byte[] read() {
    return s3.getObject(
        g -> g.bucket(bucket).key(key), (response, body) -> body.readNBytes(SENT.length() + 1));
  }

  /** Whether it is an answer about the part or the object, not about the server or its keys. */
  private static boolean isRefusal(AwsServiceException e) {
    int status = e.statusCode();
    return status >= 400
        && status < 500
        && status != 401
        && status != 403
        && !NO_ANSWER.contains(status)
        && !Questions.isOfCredentials(S3Failures.code(e))
        && !S3Failures.isOfBucket(e);
  }

  private static Pointless unclear(String what, AwsServiceException e) {
    return new Pointless(
        "S3 does not answer clearly: " + what + ": " + e.statusCode() + " " + S3Failures.code(e),
        e);
  }

  private static String crc32c(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(US_ASCII));
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) sum.getValue()).array();
    return Checksum.of(bytes).toBase64();
  }
}
