package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.BUCKET;
import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.multipart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.KnownStore;
import io.waybill.server.s3.fake.S3Error;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.UploadSpec;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the adapter makes of answers that an honest S3 does not give often. */
public class S3ObjectStoreTest {
  private static final String ACCESS_KEY = "AKIDEXAMPLE";
  private static final String SECRET_KEY = "secret";

  private FakeAwsS3 s3;
  private S3Storage storage;
  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    s3 = FakeAwsS3.start(ACCESS_KEY, SECRET_KEY, 1, Clock.systemUTC(), List.of(BUCKET));
    S3Connection connection =
        new S3Connection(DESTINATION, FakeAwsS3.REGION, s3.endpoint(), null, true);
    storage = S3Storage.open(List.of(connection), ACCESS_KEY, SECRET_KEY, Clock.systemUTC());
    store = storage.objectStore();
  }

  @AfterEach
  void close() {
    storage.close();
    s3.close();
  }

  @Test
  void sendsACreateOnceThoughItsReplyIsLost() {
    behaveOn("CreateMultipartUpload", honest -> Answer.TORN);

    assertThat(kindOf(() -> store.createMultipartUpload(spec()))).isEqualTo(Kind.UNAVAILABLE);

    assertThat(s3.count("CreateMultipartUpload")).isEqualTo(1);
    assertThat(s3.uploadIds(BUCKET)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 429})
  void sendsACreateOnceThoughItIsRefusedForNow(int status) {
    behaveOn("CreateMultipartUpload", honest -> new S3Error(status, "", "").toAnswer());

    assertThat(kindOf(() -> store.createMultipartUpload(spec()))).isEqualTo(Kind.UNAVAILABLE);

    assertThat(s3.count("CreateMultipartUpload")).isEqualTo(1);
  }

  @Test
  void sendsACompleteOnceThoughItsReplyIsLost() {
    UploadSpec spec = spec();
    String id = store.createMultipartUpload(spec);
    List<Part> parts = List.of(put(spec, id));
    behaveOn("CompleteMultipartUpload", honest -> Answer.TORN);

    assertThat(kindOf(() -> store.completeMultipartUpload(spec, id, parts)))
        .isEqualTo(Kind.UNAVAILABLE);

    assertThat(s3.count("CompleteMultipartUpload")).isEqualTo(1);
    assertThat(store.head(spec).orElseThrow().isOf(spec)).isTrue();
  }

  @Test
  void looksAgainWhereLookingFailed() {
    AtomicInteger failures = new AtomicInteger(2);
    s3.behave(
        (call, honest) ->
            failures.getAndDecrement() > 0
                ? new S3Error(503, "SlowDown", "slower").toAnswer()
                : honest.get());

    assertThat(store.head(spec())).isEmpty();

    assertThat(s3.count("HeadObject")).isEqualTo(3);
  }

  @Test
  void givesUpLookingAfterThreeTries() {
    s3.behave((call, honest) -> Answer.TORN);

    assertThat(kindOf(() -> store.head(spec()))).isEqualTo(Kind.UNAVAILABLE);

    assertThat(s3.count("HeadObject")).isEqualTo(S3Clients.MAX_ATTEMPTS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>",
        "<InitiateMultipartUploadResult></InitiateMultipartUploadResult>",
        "<InitiateMultipartUploadResult><UploadId>cut off",
        "not XML",
        ""
      })
  void takesACreateWithoutAnUploadIdForAFailure(String body) {
    behaveOn("CreateMultipartUpload", honest -> Answer.xml(200, body));

    assertThat(kindOf(() -> store.createMultipartUpload(spec()))).isEqualTo(Kind.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<CompleteMultipartUploadResult><Key>k</Key></CompleteMultipartUploadResult>",
        "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>",
        "<CompleteMultipartUploadResult><ETag>\"\"</ETag></CompleteMultipartUploadResult>",
        "<Error><Code>InternalError</Code><Message>try again</Message></Error>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n   <Error><Code>SlowDown</Code></Error>",
        "<Error></Error>",
        "<CompleteMultipartUploadResult><ETag>\"cut o",
        "     ",
        ""
      })
  void takesACompleteWithoutAnObjectForAFailure(String body) {
    behaveOn("CompleteMultipartUpload", honest -> Answer.xml(200, body));

    assertThat(kindOf(() -> store.completeMultipartUpload(spec(), "id", List.of(part(1)))))
        .isEqualTo(Kind.UNAVAILABLE);
    assertThat(s3.count("CompleteMultipartUpload")).isEqualTo(1);
  }

  @Test
  void readsARefusalOfThePartsUnder200() {
    String body = "<Error><Code>InvalidPart</Code><Message>none</Message></Error>";
    behaveOn("CompleteMultipartUpload", honest -> Answer.xml(200, body));

    assertThat(kindOf(() -> store.completeMultipartUpload(spec(), "id", List.of(part(1)))))
        .isEqualTo(Kind.PARTS_REFUSED);
  }

  @Test
  void isInDoubtOverAConflict() {
    behaveOn(
        "CompleteMultipartUpload",
        honest -> new S3Error(409, "ConditionalRequestConflict", "again").toAnswer());

    assertThat(kindOf(() -> store.completeMultipartUpload(spec(), "id", List.of(part(1)))))
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<Error><Code>InternalError</Code></Error>", "<ListPartsResult/>"})
  void takesAListingWithoutAWordForAFailure(String body) {
    s3.behave((call, honest) -> Answer.xml(200, body));

    assertThat(kindOf(() -> store.listParts(spec(), "id", 0, 9))).isEqualTo(Kind.UNAVAILABLE);
    assertThat(kindOf(() -> store.listMultipartUploads(DESTINATION, BUCKET, "in/")))
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void takesAHeadWithoutAnETagForAFailure() {
    s3.behave((call, honest) -> Answer.of(200, Map.of()));

    StorageException failure =
        catchThrowableOfType(StorageException.class, () -> store.head(spec()));

    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("without an ETag");
  }

  @Test
  void isRefusedWhereHeadIsForbidden() {
    behaveOn("HeadObject", honest -> new S3Error(403, "AccessDenied", "no").toAnswer());

    assertThat(kindOf(() -> store.head(spec()))).isEqualTo(Kind.REFUSED);
  }

  @Test
  void takesAnAbsentObjectForDeleted() {
    UploadSpec spec = spec();
    String id = store.createMultipartUpload(spec);
    var done = store.completeMultipartUpload(spec, id, List.of(put(spec, id)));
    AtomicInteger calls = new AtomicInteger();
    behaveOn("DeleteObject", honest -> calls.getAndIncrement() == 0 ? Answer.TORN : honest);

    store.delete(spec, done);

    assertThat(s3.count("DeleteObject")).isEqualTo(2);
    assertThat(s3.keys(BUCKET)).isEmpty();
  }

  @Test
  void listsUploadsOverPages() {
    UploadSpec spec = spec();
    for (int i = 0; i < 1001; i++) {
      store.createMultipartUpload(spec);
    }

    List<ListedUpload> listed = store.listMultipartUploads(DESTINATION, BUCKET, spec.key());

    assertThat(listed).extracting(ListedUpload::storageUploadId).doesNotHaveDuplicates();
    assertThat(listed).hasSize(1001);
    assertThat(s3.count("ListMultipartUploads")).isEqualTo(2);
  }

  /**
   * Keys that mean others when they are decoded, on stores that encode them in ways of their own.
   */
  @ParameterizedTest
  @EnumSource(names = {"AWS", "CEPH", "SWIFT"})
  void listsKeysOfAnyKindOverPages(KnownStore known) {
    s3.behave(known.of(s3));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 1_100; i++) {
      String name = List.of("+%d 100%%25 ü", "%d%%2B+", "z %d&<", "%%zz%d", "報告 %d").get(i % 5);
      UploadSpec spec = multipart(PartPlan.whole(1)).specAt("in/" + name.formatted(i) + "/x");
      ids.add(store.createMultipartUpload(spec));
    }

    List<ListedUpload> listed = store.listMultipartUploads(DESTINATION, BUCKET, "in/");

    assertThat(listed)
        .extracting(ListedUpload::storageUploadId)
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(s3.count("ListMultipartUploads")).isEqualTo(2);
  }

  /** A store that encodes nothing: what its markers mean is not clear, and may lead back. */
  @Test
  void doesNotWalkInCirclesThroughPagesThatComeAgain() {
    List<String> pages = List.of("in/!a", "in/+z");
    AtomicInteger asked = new AtomicInteger();
    behaveOn(
        "ListMultipartUploads",
        honest -> {
          String key = pages.get(asked.getAndIncrement() % pages.size());
          return Answer.xml(
              200,
              "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>%1$s"
                      .formatted(key)
                  + "</NextKeyMarker><Upload><Key>%1$s</Key><UploadId>%1$s</UploadId>"
                      .formatted(key)
                  + "</Upload></ListMultipartUploadsResult>");
        });

    assertThat(kindOf(() -> store.listMultipartUploads(DESTINATION, BUCKET, "in/")))
        .isEqualTo(Kind.UNAVAILABLE);
    assertThat(asked.get()).isLessThan(5);
  }

  @Test
  void readsAListingThatHasAStrangersKeyWithControlCharacters() {
    UploadSpec strange = multipart(PartPlan.whole(1)).specAt("in/\u0001\u0007 +%2F.mp4");
    String created =
        "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>";
    behaveOn("CreateMultipartUpload", honest -> Answer.xml(200, created));
    store.createMultipartUpload(strange);

    assertThat(store.listMultipartUploads(DESTINATION, BUCKET, "in/"))
        .singleElement()
        .matches(listed -> listed.mayBeAt(strange.key()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<IsTruncated>true</IsTruncated>",
        "<IsTruncated>true</IsTruncated><NextKeyMarker>in/</NextKeyMarker>"
      })
  void doesNotWalkInCirclesThroughUploads(String body) {
    behaveOn(
        "ListMultipartUploads",
        honest ->
            Answer.xml(
                200, "<ListMultipartUploadsResult>" + body + "</ListMultipartUploadsResult>"));

    assertThat(kindOf(() -> store.listMultipartUploads(DESTINATION, BUCKET, "in/")))
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void doesNotWalkInCirclesThroughParts() {
    behaveOn(
        "ListParts",
        honest ->
            Answer.xml(
                200,
                "<ListPartsResult><IsTruncated>true</IsTruncated>"
                    + "<Part><PartNumber>1</PartNumber><ETag>e</ETag><Size>1</Size></Part>"
                    + "</ListPartsResult>"));

    assertThat(store.listParts(spec(), "id", 0, 1).hasMore()).isTrue();
    assertThat(kindOf(() -> store.listParts(spec(), "id", 1, 1))).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void believesNoChecksumOfThePartsWhereTheObjectsWasDeclared() {
    UploadSpec spec = multipart(PartPlan.whole(1)).with(ChecksumAlgorithm.CRC32).spec();
    behaveOn(
        "CompleteMultipartUpload",
        honest ->
            Answer.xml(
                200,
                "<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag>"
                    + "<ChecksumCRC32>AAAAAA==-1</ChecksumCRC32>"
                    + "</CompleteMultipartUploadResult>"));

    assertThat(store.completeMultipartUpload(spec, "id", List.of(part(1))).checksum()).isNull();
  }

  @Test
  void sendsNoMetadataThatIsNoHeader() {
    UploadSpec split =
        multipart(PartPlan.whole(1)).with(Map.of("name", "a\r\nx-amz-acl: public-read")).spec();
    UploadSpec named = multipart(PartPlan.whole(1)).with(Map.of("a b", "c")).spec();
    UploadSpec posing = multipart(PartPlan.whole(1)).with(Map.of("waybill-upload-id", "c")).spec();

    for (UploadSpec spec : List.of(split, named, posing)) {
      assertThatThrownBy(() -> store.createMultipartUpload(spec))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(s3.count("CreateMultipartUpload")).isZero();
  }

  @Test
  void waitsLongForACompleteButNotPastItsGrace() {
    S3Timeouts timeouts = S3Timeouts.DEFAULT;
    assertThat(timeouts.completeSocket()).isGreaterThanOrEqualTo(Duration.ofMinutes(10));
    assertThat(timeouts.complete())
        .isGreaterThan(timeouts.completeSocket())
        .isLessThan(Timing.DEFAULT.completeGrace());
  }

  private void behaveOn(String operation, java.util.function.UnaryOperator<Answer> answer) {
    Predicate<String> theOne = operation::equals;
    s3.behave(
        (call, honest) ->
            theOne.test(call.operation()) ? answer.apply(honest.get()) : honest.get());
  }

  private static UploadSpec spec() {
    return multipart(PartPlan.whole(3)).spec();
  }

  private static Part part(int number) {
    return new Part(number, 3, "etag", null, Instant.now());
  }

  private Part put(UploadSpec spec, String id) {
    byte[] body = TestUploads.bytes((int) spec.plan().sizeBytes());
    var signed =
        storage
            .urlSigner()
            .sign(
                TestUploads.active(spec, id),
                1,
                null,
                Instant.now(),
                Instant.now().plusSeconds(60));
    assertThat(SignedPut.send(signed, body).statusCode()).isEqualTo(200);
    return store.listParts(spec, id, 0, 1).parts().get(0);
  }

  private static Kind kindOf(Runnable call) {
    StorageException refusal = catchThrowableOfType(StorageException.class, call::run);
    assertThat(refusal).as("it was not refused").isNotNull();
    return refusal.kind();
  }
}
