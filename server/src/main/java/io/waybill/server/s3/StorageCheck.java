package io.waybill.server.s3;

import io.waybill.server.s3.Questions.Pointless;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.StoreFeature;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectTaggingResponse;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * Does to one destination's bucket, with a probe of its own, what Waybill will do with uploads, and
 * says which permission is missing and which promise the store does not keep. It leaves nothing
 * behind; what an earlier one left that was killed is removed.
 *
 * <p>No request is retried, but for the looks of {@link LatePartProbe}; the caller repeats the
 * whole check.
 */
final class StorageCheck {
  static final String REFUSES_IF_NONE_MATCH =
      "the store refuses If-None-Match, so that nothing keeps a late PUT from overwriting: only a"
          + " destination with overwrite: true can use it";

  private static final Tag MARKED = Tag.builder().key(Probe.MARK).value("true").build();

  private final S3Client s3;
  private final Destination destination;
  private final String bucket;
  private final String onBucket;
  private final String onObjects;
  private final Probe probe;
  private final InstantSource clock;
  private final Questions questions;
  private final ProbeObject object;
  private final Map<StoreFeature, Boolean> features = new EnumMap<>(StoreFeature.class);

  /**
   * One check.
   *
   * @param probe the same for every check of the destination, so that however many cannot delete
   *     it, there is but one
   */
  StorageCheck(
      S3Client s3,
      S3Connection connection,
      Destination destination,
      Probe probe,
      InstantSource clock) {
    this.s3 = s3;
    this.destination = destination;
    this.bucket = destination.bucket();
    this.onBucket = "bucket " + bucket;
    this.onObjects = onBucket + ", objects " + destination.keys().prefix() + "*";
    this.probe = probe;
    this.clock = clock;
    this.questions = new Questions(destination.name(), bucket, connection.region(), clock);
    this.object = new ProbeObject(s3, bucket, probe.key(), onObjects, questions);
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
      // With what cannot be deleted at its key, nothing new is put there.
      if (object.remove() && single()) {
        new FinishedProbe(s3, destination, probe, onObjects, questions, object, features).run();
      }
      new ProbeLeftovers(s3, destination, probe, clock).remove(left, leftUploads);
      if (wider) {
        privileges();
      }
    } catch (Pointless e) {
      questions.failed(e.line());
    }
    return new StorageReport(destination.name(), questions.findings(), features);
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

  /** A single PUT, and what is done to its object. Returns whether nothing is left of it. */
  private boolean single() {
    boolean removed;
    try {
      if (put()) {
        @Nullable HeadObjectResponse seen = object.see();
        if (seen != null) {
          metadata(seen);
          tags();
        }
      }
    } finally {
      removed = object.remove();
    }
    return removed;
  }

  /** Puts the probe, and tries to put it again. */
  private boolean put() {
    // An overwriting destination's uploads are sent without the condition: their URLs die with
    // them.
    @Nullable String condition = destination.overwrite() ? null : "*";
    int first = put(condition, S3Failures.NOT_IMPLEMENTED);
    if (first == S3Failures.NOT_IMPLEMENTED) {
      questions.failed(REFUSES_IF_NONE_MATCH);
    }
    if (first != 200 || condition == null) {
      return first == 200;
    }
    int second = put(condition, 412);
    if (second == 412) {
      features.put(StoreFeature.CONDITIONAL_PUTS, true);
      questions.ok("If-None-Match is honoured");
    } else if (second == 200) {
      features.put(StoreFeature.CONDITIONAL_PUTS, false);
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
    @Nullable PutObjectTaggingResponse put =
        questions.need(
            "s3:PutObjectTagging",
            onObjects,
            S3Operation.PUT_TAGS,
            () ->
                s3.putObjectTagging(
                    p -> p.bucket(bucket).key(probe.key()).tagging(t -> t.tagSet(MARKED))));
    @Nullable GetObjectTaggingResponse got =
        questions.need(
            "s3:GetObjectTagging",
            onObjects,
            S3Operation.GET_TAGS,
            () -> s3.getObjectTagging(g -> g.bucket(bucket).key(probe.key())));
    boolean kept = got != null && got.tagSet().contains(MARKED);
    features.put(StoreFeature.OBJECT_TAGS, put != null && kept);
    if (put != null && got != null && !kept) {
      questions.failed("the store does not keep the tags that it takes");
    }
    if (put == null || !kept) {
      questions.warning(
          "no uploads are taken until objects can have tags: content_check: tag needs them, reject"
              + " and off do not");
    }
  }
}
