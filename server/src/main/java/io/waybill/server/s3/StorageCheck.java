package io.waybill.server.s3;

import io.waybill.server.s3.Questions.Pointless;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.Destination;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Does to one destination's bucket, with a probe of its own, what Waybill will do with uploads, and
 * says which permission is missing and which promise the store does not keep. It leaves nothing
 * behind; what an earlier one left that was killed is removed.
 *
 * <p>Nothing is sent twice: whoever asks tries the whole again.
 */
final class StorageCheck {
  private static final String ANOTHER_ETAG = "\"00000000000000000000000000000000\"";

  private static final Tag MARKED = Tag.builder().key(Probe.MARK).value("true").build();

  /** Enough for every version that a probe may have got. */
  private static final int MAX_DELETES = 3;

  private final S3Client s3;
  private final Destination destination;
  private final String bucket;
  private final String onBucket;
  private final String onObjects;
  private final Probe probe;
  private final InstantSource clock;
  private final Questions questions;
  private @Nullable Boolean conditionalPuts;

  StorageCheck(S3Client s3, S3Connection connection, Destination destination, InstantSource clock) {
    this.s3 = s3;
    this.destination = destination;
    this.bucket = destination.bucket();
    this.onBucket = "bucket " + bucket;
    this.onObjects = onBucket + ", objects " + destination.keys().prefix() + "*";
    this.probe = Probe.in(destination);
    this.clock = clock;
    this.questions = new Questions(destination.name(), bucket, connection.region(), clock);
  }

  /**
   * Asks all; blocks while S3 answers.
   *
   * @param wider whether it is also asked what should be refused
   */
  StorageReport run(boolean wider) {
    try {
      @Nullable ListObjectsV2Response left =
          questions.need("s3:ListBucket", onBucket, S3Operation.LIST_OBJECTS, this::listObjects);
      @Nullable ListMultipartUploadsResponse leftUploads =
          questions.need(
              "s3:ListBucketMultipartUploads",
              onBucket,
              S3Operation.LIST_UPLOADS,
              () ->
                  s3.listMultipartUploads(
                      l -> l.bucket(bucket).prefix(probe.folder()).encodingType(EncodingType.URL)));
      multipart();
      object();
      new ProbeLeftovers(s3, destination, probe, clock).remove(left, leftUploads);
      if (wider) {
        privileges();
      }
    } catch (Pointless e) {
      questions.failed(e.line());
    }
    return new StorageReport(
        destination.name(), questions.findings(), Optional.ofNullable(conditionalPuts));
  }

  private void privileges() {
    List<String> more = new ExcessPrivileges(s3, destination).find();
    if (more.isEmpty()) {
      questions.ok("no permission found that Waybill does not need");
    } else {
      questions.warning(
          "the credentials may do more than Waybill needs: " + String.join(", ", more));
    }
  }

  private ListObjectsV2Response listObjects() {
    return s3.listObjectsV2(l -> l.bucket(bucket).prefix(probe.folder()));
  }

  private void multipart() {
    @Nullable CreateMultipartUploadResponse created =
        questions.need(
            "s3:PutObject",
            onObjects,
            S3Operation.CREATE,
            () ->
                s3.createMultipartUpload(
                    c -> c.bucket(bucket).key(probe.key()).metadata(Probe.metadata())));
    if (created == null) {
      return;
    }
    String id = created.uploadId();
    if (id == null || id.isBlank()) {
      throw new Pointless("S3 creates a multipart upload, and does not say which", null);
    }
    try {
      questions.need(
          "s3:ListMultipartUploadParts",
          onObjects,
          S3Operation.LIST_PARTS,
          () -> s3.listParts(l -> l.bucket(bucket).key(probe.key()).uploadId(id)));
    } finally {
      questions.need(
          "s3:AbortMultipartUpload",
          onObjects,
          S3Operation.ABORT,
          () -> s3.abortMultipartUpload(a -> a.bucket(bucket).key(probe.key()).uploadId(id)));
    }
  }

  private void object() {
    try {
      if (put()) {
        @Nullable HeadObjectResponse seen =
            questions.need("s3:GetObject", onObjects, S3Operation.HEAD, this::head);
        if (seen != null) {
          metadata(seen);
          tags();
          conditionalDelete(seen);
        }
      }
    } finally {
      delete();
    }
  }

  /** Puts the probe, and tries to put it again. */
  private boolean put() {
    // An overwriting destination's uploads are sent without the condition: their URLs die with
    // them.
    @Nullable String condition = destination.overwrite() ? null : "*";
    int first = put(condition, 501);
    if (first == 501) {
      questions.failed(
          "the store refuses If-None-Match, so that nothing keeps a late PUT from overwriting:"
              + " only a destination with overwrite: true can use it");
    }
    if (first != 200 || condition == null) {
      return first == 200;
    }
    int second = put(condition, 412);
    if (second == 412) {
      conditionalPuts = true;
      questions.ok("If-None-Match is honoured");
    } else if (second == 200) {
      conditionalPuts = false;
      questions.warning(
          "the store ignores If-None-Match: single PUTs are planned as multipart uploads of one"
              + " part, whose URL dies with them");
    }
    return true;
  }

  private int put(@Nullable String ifNoneMatch, int expected) {
    return questions
        .ask(
            "s3:PutObject",
            onObjects,
            S3Operation.PUT,
            () ->
                s3.putObject(
                    p ->
                        p.bucket(bucket)
                            .key(probe.key())
                            .metadata(Probe.metadata())
                            .ifNoneMatch(ifNoneMatch),
                    RequestBody.fromString("waybill")),
            expected)
        .status();
  }

  private HeadObjectResponse head() {
    return s3.headObject(h -> h.bucket(bucket).key(probe.key()));
  }

  private void metadata(HeadObjectResponse seen) {
    if (Probe.isMarked(seen.metadata())) {
      questions.ok("metadata is kept");
    } else {
      questions.failed(
          "the store does not return an object's metadata, by which Waybill knows its own");
    }
  }

  private void tags() {
    if (destination.contentCheck() != ContentCheck.TAG) {
      return;
    }
    questions.need(
        "s3:GetObjectTagging",
        onObjects,
        S3Operation.GET_TAGS,
        () -> s3.getObjectTagging(g -> g.bucket(bucket).key(probe.key())));
    questions.need(
        "s3:PutObjectTagging",
        onObjects,
        S3Operation.PUT_TAGS,
        () ->
            s3.putObjectTagging(
                p -> p.bucket(bucket).key(probe.key()).tagging(t -> t.tagSet(MARKED))));
  }

  /** What lands late at an exact key is deleted on this condition alone (PROTOCOL row 27). */
  private void conditionalDelete(HeadObjectResponse seen) {
    if (!destination.keys().exact() || hasVersion(seen)) {
      return;
    }
    int status =
        questions
            .ask(
                "s3:DeleteObject",
                onObjects,
                S3Operation.DELETE,
                () -> s3.deleteObject(d -> d.bucket(bucket).key(probe.key()).ifMatch(ANOTHER_ETAG)),
                412,
                501)
            .status();
    if (status == 412) {
      questions.ok("If-Match is honoured on DELETE");
    } else if (status != 0) {
      questions.failed(
          "exact_keys needs a store that honours If-Match on DELETE, or keeps versions: this one"
              + (status == 501 ? " refuses it" : " ignores it"));
    }
  }

  /** Deletes the probe as an upload's object would be. */
  private void delete() {
    for (int i = 0; i < MAX_DELETES; i++) {
      Questions.Reply<HeadObjectResponse> head =
          questions.ask("s3:GetObject", onObjects, S3Operation.HEAD, this::head, 404, 403);
      @Nullable HeadObjectResponse seen = head.answer();
      if (seen == null) {
        if (head.status() == 403) {
          deleteUnseen();
        }
        return;
      }
      boolean byVersion = hasVersion(seen);
      String action = byVersion ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
      boolean done =
          questions
              .ask(action, onObjects, S3Operation.DELETE, () -> delete(seen, byVersion), 404)
              .isDone();
      if (!done) {
        return;
      }
      questions.ok(action + " on " + onObjects);
    }
    questions.failed("the probe " + probe.key() + " is there still, although S3 deleted it");
  }

  /** Nobody else has this key: it is random. */
  private void deleteUnseen() {
    questions.need(
        "s3:DeleteObject",
        onObjects,
        S3Operation.DELETE,
        () -> s3.deleteObject(d -> d.bucket(bucket).key(probe.key())));
  }

  private DeleteObjectResponse delete(HeadObjectResponse seen, boolean byVersion) {
    return s3.deleteObject(
        d -> {
          d.bucket(bucket).key(probe.key());
          if (byVersion) {
            d.versionId(seen.versionId());
          } else {
            d.ifMatch(S3Calls.quoted(seen.eTag()));
          }
        });
  }

  /** Whether one version alone can be deleted. */
  static boolean hasVersion(HeadObjectResponse seen) {
    return seen.versionId() != null && !seen.versionId().equals("null");
  }
}
