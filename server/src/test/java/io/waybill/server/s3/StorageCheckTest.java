package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.s3.StorageReport.Finding;
import io.waybill.server.s3.StorageReport.Severity;
import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.ConditionalDelete;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.KnownStore;
import io.waybill.server.s3.fake.LateParts;
import io.waybill.server.s3.fake.NoTags;
import io.waybill.server.s3.fake.S3Error;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.InMemoryFindingStore;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StoreFeature;
import io.waybill.server.upload.StoreFeatures;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;

public class StorageCheckTest {
  private static final String BUCKET = "b";
  private static final AwsCredentialsProvider KEYS =
      StaticCredentialsProvider.create(
          AwsBasicCredentials.create(S3Bench.ACCESS_KEY, S3Bench.SECRET_KEY));

  private FakeAwsS3 s3;

  @BeforeEach
  void start() throws IOException {
    s3 =
        FakeAwsS3.start(
            S3Bench.ACCESS_KEY,
            S3Bench.SECRET_KEY,
            FakeAwsS3.MIN_PART_BYTES,
            Clock.systemUTC(),
            List.of(BUCKET));
  }

  @AfterEach
  void stop() {
    s3.close();
  }

  @Test
  void aBucketAsItShouldBePassesAndKeepsNothing() {
    s3.behave(
        (call, honest) ->
            call.operation().equals("ListParts") && !call.key().startsWith("in/")
                ? new S3Error(403, "AccessDenied", "Access Denied").toAnswer()
                : honest.get());

    StorageReport report = check(destination("in/", false, false), true);

    assertThat(report.findings()).extracting(Finding::severity).containsOnly(Severity.OK);
    assertThat(report.findings())
        .extracting(Finding::line)
        .contains(
            "the clock",
            "s3:ListBucket on bucket b",
            "s3:ListBucketMultipartUploads on bucket b",
            "s3:AbortMultipartUpload on bucket b, objects in/*",
            "If-None-Match is honoured",
            "a part's URL ends with Complete",
            "no permission found that Waybill does not need");
    assertThat(report.features())
        .isEqualTo(Map.of(StoreFeature.CONDITIONAL_PUTS, true, StoreFeature.PART_URLS_END, true));
    assertThat(s3.keys(BUCKET)).isEmpty();
    assertThat(s3.uploadIds(BUCKET)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ListObjectsV2, s3:ListBucket is missing on bucket b",
    "ListMultipartUploads, s3:ListBucketMultipartUploads is missing on bucket b",
    "CreateMultipartUpload, 's3:PutObject is missing on bucket b, objects in/*'",
    "ListParts, 's3:ListMultipartUploadParts is missing on bucket b, objects in/*'",
    "AbortMultipartUpload, 's3:AbortMultipartUpload is missing on bucket b, objects in/*'",
    "PutObject, 's3:PutObject is missing on bucket b, objects in/*'",
    "HeadObject, 's3:GetObject is missing on bucket b, objects in/*'",
    "DeleteObject, 's3:DeleteObject is missing on bucket b, objects in/*'",
  })
  void namesThePermissionThatIsMissing(String operation, String line) {
    deny(Set.of(operation));

    StorageReport report = check(destination("in/", true, false), false);

    assertThat(report.isPassed()).isFalse();
    assertThat(failures(report)).singleElement().asString().startsWith(line);
    boolean mayDelete = !operation.equals("DeleteObject");
    assertThat(s3.keys(BUCKET)).hasSize(mayDelete ? 0 : 1);
  }

  @Test
  void namesAllOfThemAtOnce() {
    deny(Set.of("ListMultipartUploads", "ListParts", "PutObject"));

    assertThat(failures(check(destination("in/", false, false))))
        .hasSize(3)
        .allMatch(line -> line.contains(" is missing on bucket b"))
        .allMatch(line -> line.contains("403 AccessDenied Access Denied"));
  }

  @Test
  void aStoreThatIgnoresIfNoneMatchIsUsedOtherwise() {
    s3.behave(
        (call, honest) -> {
          Answer answer = honest.get();
          boolean held = call.operation().equals("PutObject") && answer.status() == 412;
          return held ? Answer.of(200, Map.of("ETag", "\"again\"")) : answer;
        });

    StorageReport report = check(destination("in/", false, false));

    assertThat(report.isPassed()).isTrue();
    assertThat(report.features()).containsEntry(StoreFeature.CONDITIONAL_PUTS, false);
    assertThat(lines(report, Severity.WARNING))
        .singleElement()
        .asString()
        .startsWith("the store ignores If-None-Match: single PUTs are planned as multipart");
  }

  @Test
  void aStoreThatRefusesIfNoneMatchServesOnlyWhereOverwritingIsAllowed() {
    s3.behave(
        (call, honest) ->
            call.headers().containsKey("if-none-match")
                ? new S3Error(501, "NotImplemented", "A header").toAnswer()
                : honest.get());

    assertThat(failures(check(destination("in/", false, false))))
        .singleElement()
        .asString()
        .contains("only a destination with overwrite: true");
    assertThat(failures(check(destination("in/", false, true)))).isEmpty();
  }

  @Test
  void exactKeysNeedIfMatchOnDelete() {
    s3.behave(
        (call, honest) -> {
          Answer answer = honest.get();
          boolean held = call.operation().equals("DeleteObject") && answer.status() == 412;
          return held ? Answer.of(204, Map.of()) : answer;
        });

    assertThat(failures(check(destination("in/", true, false))))
        .singleElement()
        .asString()
        .startsWith("exact_keys needs a store that honours If-Match on DELETE");
    assertThat(failures(check(destination("in/", false, false)))).isEmpty();
  }

  @Test
  void tagsAreAskedForWhereTheDestinationSetsThem() {
    for (String operation : new String[] {"GetObjectTagging", "PutObjectTagging"}) {
      deny(Set.of(operation));

      assertThat(failures(check(destination("in/", false, false)))).isEmpty();
      assertThat(failures(check(tagging())))
          .singleElement()
          .asString()
          .startsWith("s3:" + operation + " is missing on bucket b, objects in/*");
    }
    s3.behave((call, honest) -> honest.get());
    assertThat(failures(check(tagging()))).isEmpty();
    assertThat(s3.keys(BUCKET)).isEmpty();
  }

  /** Issue 12, item 6: of a PUT that S3 answers with 200, only a GET tells what it did. */
  @ParameterizedTest
  @EnumSource(LateParts.Then.class)
  void otherBytesUnderAnOldPartUrlAreJudgedByWhatTheObjectIsThen(LateParts.Then then) {
    s3.behave(new LateParts(s3, then));
    boolean unchanged = then == LateParts.Then.UNCHANGED;

    StorageReport report = check(destination("in/", false, false));

    assertThat(report.isPassed()).isTrue();
    assertThat(report.features()).containsEntry(StoreFeature.PART_URLS_END, unchanged);
    assertThat(lines(report, Severity.WARNING))
        .filteredOn(line -> line.contains("uploads without a checksum_algorithm are refused"))
        .hasSize(unchanged ? 0 : 1);
    assertThat(s3.keys(BUCKET)).isEmpty();
    assertThat(s3.uploadIds(BUCKET)).isEmpty();
  }

  /** Item 6: a refusal that says nothing of the bytes leaves it open, and the check is repeated. */
  @ParameterizedTest
  @ValueSource(strings = {"UploadPart", "GetObject"})
  void whereS3IsBusyWhetherPartUrlsEndIsNotKnown(String operation) {
    AtomicBoolean completed = new AtomicBoolean();
    s3.behave(
        (call, honest) -> {
          boolean busy = completed.get() && call.operation().equals(operation);
          if (call.operation().equals("UploadPart") && s3.count("CompleteMultipartUpload") > 0) {
            completed.set(true);
            busy |= operation.equals("UploadPart");
          }
          return busy ? new S3Error(503, "SlowDown", "Reduce").toAnswer() : honest.get();
        });

    StorageReport report = check(destination("in/", false, false));

    assertThat(failures(report))
        .containsExactly(
            "S3 does not answer clearly: " + operation + " after Complete: 503 SlowDown");
    assertThat(report.features()).doesNotContainKey(StoreFeature.PART_URLS_END);
    assertThat(s3.keys(BUCKET)).isEmpty();
  }

  /** Item 6: Ceph's word for an upload that is finished is a 500; the object is what counts. */
  @Test
  void aBrokenAnswerToALatePartIsAnAnswer() {
    s3.behave(
        (call, honest) -> {
          boolean late =
              call.operation().equals("UploadPart") && s3.count("CompleteMultipartUpload") > 0;
          return late ? new S3Error(500, "UnknownError", "").toAnswer() : honest.get();
        });

    StorageReport report = check(destination("in/", false, false));

    assertThat(report.isPassed()).isTrue();
    assertThat(report.features()).containsEntry(StoreFeature.PART_URLS_END, true);
    assertThat(s3.countOfPart(1)).as("one in time, and three late").isEqualTo(4);
  }

  /** A store that breaks its objects, and once has something else to say. */
  @ParameterizedTest
  @CsvSource({"500, InternalError", "403, AccessDenied", "400, ExpiredToken"})
  void oneRefusalOfALatePartThatIsNotOfThePartProvesNothing(int status, String code) {
    AtomicBoolean refused = new AtomicBoolean();
    FakeAwsS3.Personality once =
        (call, honest) -> {
          boolean late = call.operation().equals("UploadPart") && s3.countOfPart(1) > 1;
          return late && !refused.getAndSet(true)
              ? new S3Error(status, code, "once").toAnswer()
              : honest.get();
        };
    s3.behave(once.over(new LateParts(s3, LateParts.Then.CONFLICT)));

    StorageReport report = check(destination("in/", false, false));

    assertThat(refused).isTrue();
    assertThat(report.features()).containsEntry(StoreFeature.PART_URLS_END, false);
  }

  /** What is found is kept for good: a single broken answer must not call a good store broken. */
  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "403, AccessDenied",
    "400, ExpiredToken",
    "409, Conflict",
    "404, NoSuchKey",
    "0, torn"
  })
  void oneBrokenLookAtTheObjectProvesNothing(int status, String code) {
    AtomicBoolean broken = new AtomicBoolean();
    s3.behave(
        (call, honest) -> {
          boolean look = call.operation().equals("GetObject") && s3.countOfPart(1) > 1;
          if (!look || broken.getAndSet(true)) {
            return honest.get();
          }
          return status == 0 ? Answer.TORN : new S3Error(status, code, "once").toAnswer();
        });

    StorageReport report = check(destination("in/", false, false));

    assertThat(broken).isTrue();
    assertThat(report.features().getOrDefault(StoreFeature.PART_URLS_END, true)).isTrue();
    assertThat(report.isPassed())
        .as("or else nothing would ask again")
        .isEqualTo(report.features().containsKey(StoreFeature.PART_URLS_END));
    assertThat(s3.keys(BUCKET)).isEmpty();
    assertThat(check(destination("in/", false, false)).features())
        .containsEntry(StoreFeature.PART_URLS_END, true);
  }

  /** What uploads with a checksum rely on, where a part's URL does not end with Complete. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereLatePartsGetInAStoreHasToRefuseBytesThatAreNotOfTheirChecksum(boolean refuses) {
    FakeAwsS3.Personality blind =
        (call, honest) ->
            call.operation().equals("UploadPart")
                    && call.header("x-amz-checksum-crc32c").isPresent()
                ? Answer.of(200, Map.of("ETag", "\"taken\""))
                : honest.get();
    LateParts late = new LateParts(s3, LateParts.Then.CHANGED);
    s3.behave(refuses ? late : blind.over(late));

    StorageReport report = check(destination("in/", false, false));

    assertThat(report.features())
        .containsEntry(StoreFeature.PART_URLS_END, false)
        .containsEntry(StoreFeature.PART_CHECKSUMS_BIND, refuses);
    assertThat(report.isPassed()).isEqualTo(refuses);
    assertThat(failures(report))
        .filteredOn(line -> line.contains("other bytes than those of the signed CRC32C, too"))
        .hasSize(refuses ? 0 : 1);
    assertThat(s3.keys(BUCKET)).isEmpty();
  }

  /** An upload is left where nothing aborts it, so that has to happen whatever breaks. */
  @Test
  void whatIsLeftOfAProbesUploadIsAbortedAlsoWhereItsObjectCannotBeRemoved() {
    s3.behave(
        (call, honest) -> {
          boolean after = s3.count("CompleteMultipartUpload") > 0;
          if (call.operation().equals("CompleteMultipartUpload")) {
            return new S3Error(400, "InvalidPart", "None").toAnswer();
          }
          return after && call.operation().equals("HeadObject") ? Answer.TORN : honest.get();
        });

    assertThat(failures(check(destination("in/", false, false))))
        .anyMatch(line -> line.startsWith("S3 cannot be reached"));
    assertThat(s3.uploadIds(BUCKET)).isEmpty();
  }

  /** FAULTS 4, issue 12, item 7: the probe's key is random, so nothing needs a condition. */
  @Test
  void whereIfMatchOnDeleteIsRefusedTheCheckPassesAndLeavesNothing() {
    s3.behave(KnownStore.DELETE_IF_MATCH_501.of(s3));

    for (int i = 0; i < 3; i++) {
      StorageReport report = check(destination("in/", false, false));
      assertThat(lines(report, Severity.WARNING)).isEmpty();
      assertThat(report.isPassed()).isTrue();
    }

    assertThat(s3.keys(BUCKET)).isEmpty();
  }

  /**
   * FAULTS 4: it stays at the key, and is told of; where content is rejected, that is not enough.
   */
  @Test
  void exactKeysWithoutIfMatchOnDeleteAreAWarningUnlessContentIsRejected() {
    for (boolean swift : new boolean[] {false, true}) {
      s3.behave(
          swift
              ? ConditionalDelete.failsForWhatWasMadeOfParts(s3)
              : ConditionalDelete.isNotImplemented());

      StorageReport report = check(destination("in/", true, false));
      assertThat(report.isPassed()).isTrue();
      assertThat(report.features()).containsEntry(StoreFeature.CONDITIONAL_DELETES, false);
      assertThat(lines(report, Severity.WARNING))
          .singleElement()
          .asString()
          .contains("this one refuses it; an object that lands after its upload was aborted stays");
      assertThat(failures(check(destination(BUCKET, "in/", true, false, ContentCheck.REJECT))))
          .singleElement()
          .asString()
          .contains("content_check: reject");
      assertThat(s3.keys(BUCKET)).isEmpty();
    }
    s3.behave(KnownStore.AWS.of(s3));
    assertThat(check(destination("in/", true, false)).features())
        .containsEntry(StoreFeature.CONDITIONAL_DELETES, true);
  }

  /** What was found before is kept, so a bucket that has got versions has to say so. */
  @Test
  void versionsThatAreTurnedOnReplaceTheFindingOfABucketWithoutThem() {
    InMemoryFindingStore findings = new InMemoryFindingStore();
    Destination exact = destination(BUCKET, "in/", true, false, ContentCheck.REJECT);
    s3.behave(ConditionalDelete.isNotImplemented());
    findings.saveFindings("media", "same", check(exact).features());
    assertThat(findings.loadFindings("media", "same"))
        .containsEntry(StoreFeature.CONDITIONAL_DELETES, false);

    FakeAwsS3.Personality versioned =
        (call, honest) -> {
          Answer answer = honest.get();
          return call.operation().equals("HeadObject") && answer.status() == 200
              ? withVersion(answer)
              : answer;
        };
    s3.behave(versioned.over(ConditionalDelete.isNotImplemented()));
    StorageReport report = check(exact);
    findings.saveFindings("media", "same", report.features());

    assertThat(report.isPassed()).isTrue();
    assertThat(findings.loadFindings("media", "same"))
        .containsEntry(StoreFeature.CONDITIONAL_DELETES, true);
  }

  private static Answer withVersion(Answer answer) {
    Map<String, String> headers = new TreeMap<>(answer.headers());
    headers.put("x-amz-version-id", "v1");
    return new Answer(answer.status(), headers, answer.body());
  }

  /** Item 7: what a check cannot delete stands in the way of the next one, and stays alone. */
  @Test
  void howeverOftenItIsTriedThereIsNeverMoreThanOneObject() {
    deny(Set.of("DeleteObject"));
    S3Connection connection =
        new S3Connection("media", FakeAwsS3.REGION, s3.endpoint(), null, true);
    try (S3Storage storage = new S3Storage(List.of(connection), KEYS, Clock.systemUTC())) {
      for (int i = 0; i < 3; i++) {
        assertThat(failures(storage.check(destination("in/", false, true), false)))
            .singleElement()
            .asString()
            .startsWith("s3:DeleteObject is missing");
        assertThat(s3.keys(BUCKET)).hasSize(1);
      }
      s3.behave(KnownStore.AWS.of(s3));

      assertThat(storage.check(destination("in/", false, true), false).isPassed()).isTrue();
      assertThat(s3.keys(BUCKET)).isEmpty();
    }
  }

  /** Item 7: S3's word for a deletion is not enough. */
  @Test
  void aProbeThatIsStillThereIsSaid() {
    s3.behave(
        (call, honest) ->
            call.operation().equals("DeleteObject") ? Answer.of(204, Map.of()) : honest.get());

    assertThat(failures(check(destination("in/", false, false))))
        .singleElement()
        .asString()
        .contains("is there still, although S3 deleted it");
  }

  /** Issue 12, item 8. */
  @Test
  void aStoreWithoutTagsIsFoundWhereTheDestinationSetsThem() {
    s3.behave(NoTags.here());

    StorageReport report = check(tagging());

    assertThat(failures(report))
        .allMatch(line -> line.contains("ObjectTagging is of no use"))
        .hasSize(2);
    assertThat(lines(report, Severity.WARNING))
        .singleElement()
        .asString()
        .startsWith("no uploads are taken until objects can have tags");
    assertThat(report.features()).containsEntry(StoreFeature.OBJECT_TAGS, false);
    assertThat(check(destination("in/", false, false)).isPassed()).isTrue();
  }

  /** Item 8: one that answers 200 and forgets. */
  @Test
  void tagsThatAreNotKeptAreNone() {
    s3.behave(
        (call, honest) ->
            call.operation().equals("PutObjectTagging") ? Answer.of(200, Map.of()) : honest.get());

    StorageReport report = check(tagging());

    assertThat(failures(report)).containsExactly("the store does not keep the tags that it takes");
    assertThat(report.features()).containsEntry(StoreFeature.OBJECT_TAGS, false);
  }

  /** Item 8: what else content_check asks of a store. */
  @Test
  void aStoreThatDoesNotShowTheBeginningOfAnObjectIsFound() {
    s3.behave(
        (call, honest) ->
            call.headers().containsKey("range")
                ? new S3Error(501, "NotImplemented", "Range").toAnswer()
                : honest.get());

    assertThat(check(tagging()).features()).containsEntry(StoreFeature.RANGED_READS, false);
    assertThat(failures(check(tagging())))
        .singleElement()
        .asString()
        .contains("GetObject: 501 NotImplemented");
    s3.behave(KnownStore.AWS.of(s3));
    assertThat(check(tagging()).features())
        .containsEntry(StoreFeature.RANGED_READS, true)
        .containsEntry(StoreFeature.OBJECT_TAGS, true);
  }

  @Test
  void oneLineIsEnoughWhereNothingWorks() {
    assertThat(failures(check(destination("none", "in/", false, false), true, Clock.systemUTC())))
        .containsExactly("bucket none does not exist");
    assertThat(failures(check("eu-central-1", "another secret", s3.endpoint())))
        .singleElement()
        .asString()
        .startsWith("S3 does not take the credentials: 403 SignatureDoesNotMatch");
    assertThat(
            failures(check("eu-central-1", S3Bench.SECRET_KEY, URI.create("http://127.0.0.1:1"))))
        .singleElement()
        .asString()
        .startsWith("S3 cannot be reached: ");
    s3.behave((call, honest) -> new S3Error(503, "SlowDown", "Reduce your rate").toAnswer());
    assertThat(failures(check(destination("in/", false, false))))
        .containsExactly(
            "S3 does not answer clearly: ListObjectsV2: 503 SlowDown Reduce your rate");
  }

  @Test
  void saysWhereTheBucketReallyIs() {
    s3.behave(
        (call, honest) ->
            new Answer(
                301,
                Map.of("x-amz-bucket-region", "eu-west-1"),
                new S3Error(301, "PermanentRedirect", "Elsewhere").toAnswer().body()));

    assertThat(failures(check(destination("in/", false, false))))
        .containsExactly("bucket b is in eu-west-1, the configuration says eu-central-1");
  }

  @Test
  void aClockThatIsWrongIsSaid() {
    Destination destination = destination("in/", false, false);

    StorageReport ahead = check(destination, false, offset(Duration.ofMinutes(5)));
    assertThat(ahead.isPassed()).isTrue();
    assertThat(lines(ahead, Severity.WARNING))
        .singleElement()
        .asString()
        .matches("the clock here is (299|300) s ahead of that of S3: .*");
    assertThat(failures(check(destination, false, offset(Duration.ofMinutes(-20)))))
        .singleElement()
        .asString()
        .matches("the clock here is (1199|1200) s behind that of S3: .*");
  }

  @Test
  void moreThanIsNeededIsAWarningWhereItIsAskedFor() {
    s3.behave(
        (call, honest) ->
            switch (call.operation()) {
              case "ListBuckets" ->
                  Answer.xml(200, "<ListAllMyBucketsResult></ListAllMyBucketsResult>");
              case "GetBucketPolicy" -> new S3Error(404, "NoSuchBucketPolicy", "None").toAnswer();
              default -> honest.get();
            });
    Destination destination = destination("in/", false, false);

    StorageReport report = check(destination, true);

    assertThat(report.isPassed()).isTrue();
    assertThat(lines(report, Severity.WARNING))
        .containsExactly(
            "the credentials may do more than Waybill needs: s3:ListAllMyBuckets,"
                + " s3:GetBucketPolicy on bucket b, objects of bucket b outside of in/");
    assertThat(lines(check(destination, false), Severity.WARNING)).isEmpty();
  }

  @Test
  void removesWhatAKilledCheckLeftAndNothingElse() {
    Duration old = Probe.LEFT_BEHIND.plusMinutes(5);
    String name = "in/.waybill-probe/probe-" + "0".repeat(32);
    try (S3Bench bench = new S3Bench(s3.endpoint(), FakeAwsS3.REGION, Set.of())) {
      put(bench, name, Probe.metadata());
      put(bench, name.replace("0", "1"), Map.of());
      put(bench, name + "x", Probe.metadata());
      put(bench, "in/probe-" + "0".repeat(32), Probe.metadata());
      put(bench, name.replace("0", "2"), Map.of(Probe.MARK, "", "waybill-upload-id", "mine"));
      bench.reader().createMultipartUpload(c -> c.bucket(BUCKET).key(name));
      bench.reader().createMultipartUpload(c -> c.bucket(BUCKET).key("in/tenant/film.mp4"));
    }
    Destination destination = destination("in/", false, false);

    check(destination, false);
    assertThat(s3.keys(BUCKET)).as("young ones may be another replica's").hasSize(5);

    check(destination("in/", true, false), false, offset(old));
    assertThat(s3.uploadIds(BUCKET)).as("a caller's exact key?").hasSize(2);
    check(destination, false, offset(old));

    assertThat(s3.keys(BUCKET)).hasSize(4).doesNotContain(name);
    assertThat(s3.uploadIds(BUCKET)).hasSize(1);
  }

  private static void put(S3Bench bench, String key, Map<String, String> metadata) {
    bench
        .reader()
        .putObject(
            p -> p.bucket(BUCKET).key(key).metadata(metadata), RequestBody.fromString("waybill"));
  }

  private void deny(Set<String> operations) {
    s3.behave(
        (call, honest) ->
            operations.contains(call.operation())
                ? new S3Error(403, "AccessDenied", "Access Denied").toAnswer()
                : honest.get());
  }

  private static List<String> failures(StorageReport report) {
    return lines(report, Severity.FAILED);
  }

  private static List<String> lines(StorageReport report, Severity severity) {
    return report.findings().stream()
        .filter(finding -> finding.severity() == severity)
        .map(Finding::line)
        .toList();
  }

  private StorageReport check(Destination destination) {
    return check(destination, false);
  }

  private StorageReport check(Destination destination, boolean wider) {
    return check(destination, wider, Clock.systemUTC());
  }

  private StorageReport check(Destination destination, boolean wider, InstantSource clock) {
    S3Connection connection =
        new S3Connection("media", FakeAwsS3.REGION, s3.endpoint(), null, true);
    try (S3Storage storage = new S3Storage(List.of(connection), KEYS, clock)) {
      return storage.check(destination, wider);
    }
  }

  private static StorageReport check(String region, String secret, URI endpoint) {
    S3Connection connection = new S3Connection("media", region, endpoint, null, true);
    try (S3Storage storage =
        S3Storage.open(List.of(connection), S3Bench.ACCESS_KEY, secret, Clock.systemUTC())) {
      return storage.check(destination("in/", false, false), true);
    }
  }

  private static InstantSource offset(Duration by) {
    return Clock.offset(Clock.systemUTC(), by);
  }

  private static Destination destination(String prefix, boolean exact, boolean overwrite) {
    return destination(BUCKET, prefix, exact, overwrite);
  }

  private static Destination tagging() {
    return destination(BUCKET, "in/", false, false, ContentCheck.TAG);
  }

  private static Destination destination(
      String bucket, String prefix, boolean exact, boolean overwrite) {
    return destination(bucket, prefix, exact, overwrite, ContentCheck.OFF);
  }

  private static Destination destination(
      String bucket, String prefix, boolean exact, boolean overwrite, ContentCheck content) {
    String template = exact ? KeyTemplate.DEFAULT_EXACT : KeyTemplate.DEFAULT;
    return new Destination(
        "media",
        bucket,
        new KeyTemplate(prefix, template, exact),
        new ContentTypes(List.of("*/*")),
        S3Limits.MAX_OBJECT_BYTES,
        S3Limits.MIN_PART_BYTES,
        S3Limits.MIN_PART_BYTES,
        false,
        overwrite,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(6),
        content,
        StoreFeatures.unknown(true),
        PerTenant.all(Quota.UNLIMITED),
        false);
  }
}
