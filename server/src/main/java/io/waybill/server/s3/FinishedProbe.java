package io.waybill.server.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.waybill.server.s3.Questions.Pointless;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.StoreFeature;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * A multipart upload of one part, completed as uploads are, and what can be done to its object
 * after that: above all, whether other bytes of the same length, sent for the part once more, get
 * into it. S3 takes them for no upload any more (404). Some stores answer 200 and leave the object
 * alone, and Swift answers 200 and breaks it, so only a GET tells.
 *
 * <p>The part is sent by the server's own client, by which the store sees the request that a signed
 * URL makes, with the signature in a header: from here the uploaders' endpoint may be out of reach.
 */
final class FinishedProbe {
  private static final String SENT = "waybill";
  private static final String SENT_LATER = "WAYBILL";
  private static final int START_BYTES = 3;
  private static final String ANOTHER_ETAG = "\"00000000000000000000000000000000\"";

  /** They say nothing of what was asked: too much at once, or something in between. */
  private static final Set<Integer> NO_ANSWER = Set.of(307, 408, 429, 502, 503, 504);

  private static final String EXACT_NEEDS =
      "exact_keys needs a store that honours If-Match on DELETE, or keeps versions: ";

  private final S3Client s3;
  private final Destination destination;
  private final String bucket;
  private final String key;
  private final String where;
  private final Questions questions;
  private final ProbeObject object;
  private final Map<StoreFeature, Boolean> features;

  /**
   * Of a check.
   *
   * @param where on what permissions are needed, in words
   * @param features where it writes down what it finds
   */
  FinishedProbe(
      S3Client s3,
      Destination destination,
      Probe probe,
      String where,
      Questions questions,
      ProbeObject object,
      Map<StoreFeature, Boolean> features) {
    this.s3 = s3;
    this.destination = destination;
    this.bucket = destination.bucket();
    this.key = probe.key();
    this.where = where;
    this.questions = questions;
    this.object = object;
    this.features = features;
  }

  /** Asks all of it; leaves nothing. Nothing is at the key before. */
  void run() {
    @Nullable CreateMultipartUploadResponse created =
        questions
            .ask(
                "s3:PutObject",
                where,
                S3Operation.CREATE,
                () ->
                    s3.createMultipartUpload(
                        c -> c.bucket(bucket).key(key).metadata(Probe.metadata())))
            .answer();
    if (created == null) {
      return;
    }
    String id = created.uploadId();
    try {
      if (complete(id)) {
        look(id);
      }
    } finally {
      object.remove();
      abort(id);
    }
  }

  private boolean complete(String id) {
    @Nullable UploadPartResponse part =
        questions
            .ask("s3:PutObject", where, S3Operation.PUT_PART, () -> putPart(id, SENT))
            .answer();
    if (part == null) {
      return false;
    }
    CompletedPart sent = CompletedPart.builder().partNumber(1).eTag(part.eTag()).build();
    @Nullable String condition = destination.overwrite() ? null : "*";
    int status =
        questions
            .ask(
                "s3:PutObject",
                where,
                S3Operation.COMPLETE,
                () ->
                    s3.completeMultipartUpload(
                        c ->
                            c.bucket(bucket)
                                .key(key)
                                .uploadId(id)
                                .ifNoneMatch(condition)
                                .multipartUpload(m -> m.parts(sent))),
                S3Failures.NOT_IMPLEMENTED)
            .status();
    if (status == S3Failures.NOT_IMPLEMENTED) {
      questions.failed(StorageCheck.REFUSES_IF_NONE_MATCH);
    }
    return status == 200;
  }

  private void look(String id) {
    @Nullable HeadObjectResponse seen = object.see();
    if (seen == null || !isReadable(seen)) {
      return;
    }
    content(seen);
    latePart(id);
    if (destination.keys().exact() && !ProbeObject.hasVersion(seen)) {
      conditionalDelete(seen);
    }
  }

  private boolean isReadable(HeadObjectResponse seen) {
    byte[][] bytes = new byte[1][];
    boolean answered =
        questions.ask("s3:GetObject", where, S3Operation.GET, () -> get(whole(), bytes)).isDone();
    if (answered && !isWhatWasSent(bytes[0])) {
      questions.failed(
          "the object of a multipart upload is not what was sent, ETag " + seen.eTag());
      return false;
    }
    return answered;
  }

  /** As Waybill looks into objects, where the destination wants that. */
  private void content(HeadObjectResponse seen) {
    if (destination.contentCheck() == ContentCheck.OFF) {
      return;
    }
    GetObjectRequest start =
        GetObjectRequest.builder()
            .bucket(bucket)
            .key(key)
            .ifMatch(S3Calls.quoted(seen.eTag()))
            .range("bytes=0-" + (START_BYTES - 1))
            .build();
    boolean read =
        questions
            .ask("s3:GetObject", where, S3Operation.GET, () -> get(start, new byte[1][]))
            .isDone();
    features.put(StoreFeature.RANGED_READS, read);
    if (!read) {
      questions.warning(
          "no uploads are taken until the beginning of objects can be read, with Range and"
              + " If-Match: content_check needs that, unless it is off");
    }
  }

  private void latePart(String id) {
    String what = S3Operation.PUT_PART + " after Complete";
    try {
      putPart(id, SENT_LATER);
    } catch (AwsServiceException e) {
      requireAnswer(what, e);
    } catch (SdkClientException e) {
      throw new Pointless(what + " is not answered: " + S3Failures.innermost(e), e);
    }
    boolean unchanged = isUnchanged();
    features.put(StoreFeature.PART_URLS_END, unchanged);
    if (unchanged) {
      questions.ok("a part's URL ends with Complete");
    } else {
      questions.warning(
          "other bytes sent to a part's URL after Complete get into the finished object, or break"
              + " it: uploads without a checksum_algorithm are refused; a checksum is signed into"
              + " the URL, and the store then refuses the bytes");
    }
  }

  /** Only where S3 is there to be asked does an object that cannot be read mean anything. */
  private boolean isUnchanged() {
    byte[][] bytes = new byte[1][];
    try {
      get(whole(), bytes);
      return isWhatWasSent(bytes[0]);
    } catch (AwsServiceException e) {
      requireAnswer(S3Operation.GET + " after Complete", e);
      return false;
    } catch (SdkClientException e) {
      object.see();
      return false;
    }
  }

  private static void requireAnswer(String what, AwsServiceException e) {
    if (NO_ANSWER.contains(e.statusCode())) {
      throw new Pointless(
          "S3 does not answer clearly: " + what + ": " + e.statusCode() + " " + S3Failures.code(e),
          e);
    }
  }

  /** What lands late at an exact key is deleted on this condition alone (PROTOCOL row 27). */
  private void conditionalDelete(HeadObjectResponse seen) {
    int another = deleteIfMatch(ANOTHER_ETAG);
    int own = another == 412 ? deleteIfMatch(seen.eTag()) : another;
    if (own == 0) {
      return; // said already
    }
    boolean held = another == 412 && own == 200;
    features.put(StoreFeature.CONDITIONAL_DELETES, held);
    if (held) {
      questions.ok("If-Match is honoured on DELETE");
    } else if (another == 200) {
      questions.failed(EXACT_NEEDS + "this one ignores it");
    } else if (destination.contentCheck() == ContentCheck.REJECT) {
      questions.failed(
          EXACT_NEEDS + "this one refuses it, so that content_check: reject could not delete");
    } else {
      questions.warning(
          EXACT_NEEDS
              + "this one refuses it; an object that lands after its upload was aborted stays at"
              + " its key, and the log names the upload");
    }
  }

  private int deleteIfMatch(String etag) {
    return questions
        .ask(
            "s3:DeleteObject",
            where,
            S3Operation.DELETE,
            () -> s3.deleteObject(d -> d.bucket(bucket).key(key).ifMatch(etag)),
            412,
            S3Failures.NOT_IMPLEMENTED)
        .status();
  }

  private UploadPartResponse putPart(String id, String body) {
    return s3.uploadPart(
        p -> p.bucket(bucket).key(key).uploadId(id).partNumber(1), RequestBody.fromString(body));
  }

  private GetObjectRequest whole() {
    return GetObjectRequest.builder().bucket(bucket).key(key).build();
  }

  private GetObjectResponse get(GetObjectRequest request, byte[][] bytes) {
    return s3.getObject(
        request,
        (response, body) -> {
          bytes[0] = body.readNBytes(SENT.length() + 1);
          return response;
        });
  }

  private static boolean isWhatWasSent(byte[] bytes) {
    return Arrays.equals(bytes, SENT.getBytes(US_ASCII));
  }

  /**
   * Frees what a late part may have left, and the parts of an upload that was not completed. Its
   * object is gone by now, so that no store can destroy it; mostly there is nothing left to abort.
   */
  private void abort(String id) {
    try {
      s3.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(id));
    } catch (SdkException e) {
      return;
    }
  }
}
