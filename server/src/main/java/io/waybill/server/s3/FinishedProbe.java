package io.waybill.server.s3;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.StoreFeature;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
 * after that: read it, change it by a {@linkplain LatePartProbe late part}, and delete it alone.
 *
 * <p>The part is sent by the server's own client, by which the store sees the request that a signed
 * URL makes, with the signature in a header: from here the uploaders' endpoint may be out of reach.
 */
final class FinishedProbe {
  private static final int START_BYTES = 3;
  private static final String ANOTHER_ETAG = "\"00000000000000000000000000000000\"";

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
      try {
        object.remove();
      } finally {
        abort(id);
      }
    }
  }

  private boolean complete(String id) {
    @Nullable UploadPartResponse part =
        questions.ask("s3:PutObject", where, S3Operation.PUT_PART, () -> putPart(id)).answer();
    if (part == null) {
      return false;
    }
    CompletedPart sent =
        CompletedPart.builder()
            .partNumber(1)
            .eTag(S3Calls.quoted(S3Calls.orEmpty(part.eTag())))
            .build();
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
    new LatePartProbe(s3, bucket, key, id, questions, object, features).run();
    if (destination.keys().exact()) {
      deleteAlone(seen);
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

  /** What lands late at an exact key is deleted only where no other can be (PROTOCOL row 27). */
  private void deleteAlone(HeadObjectResponse seen) {
    if (ProbeObject.hasVersion(seen)) {
      // Written down, since the bucket may have had no versions when it was checked before.
      features.put(StoreFeature.CONDITIONAL_DELETES, true);
    } else {
      conditionalDelete(seen);
    }
  }

  private void conditionalDelete(HeadObjectResponse seen) {
    int another = deleteIfMatch(ANOTHER_ETAG);
    int own = another == 412 ? deleteIfMatch(S3Calls.quoted(seen.eTag())) : another;
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

  private UploadPartResponse putPart(String id) {
    return s3.uploadPart(
        p -> p.bucket(bucket).key(key).uploadId(id).partNumber(1),
        RequestBody.fromString(LatePartProbe.SENT));
  }

  private GetObjectRequest whole() {
    return GetObjectRequest.builder().bucket(bucket).key(key).build();
  }

  private GetObjectResponse get(GetObjectRequest request, byte[][] bytes) {
    return s3.getObject(
        request,
        (response, body) -> {
          bytes[0] = body.readNBytes(LatePartProbe.SENT.length() + 1);
          return response;
        });
  }

  private static boolean isWhatWasSent(byte[] bytes) {
    return Arrays.equals(bytes, LatePartProbe.SENT.getBytes(US_ASCII));
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
