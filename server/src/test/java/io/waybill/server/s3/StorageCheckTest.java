package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.s3.StorageReport.Finding;
import io.waybill.server.s3.StorageReport.Severity;
import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.S3Error;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.S3Limits;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;

class StorageCheckTest {
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
            "no permission found that Waybill does not need");
    assertThat(report.conditionalPuts()).contains(true);
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
    assertThat(report.conditionalPuts()).contains(false);
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
        false,
        PerTenant.all(Quota.UNLIMITED),
        false);
  }
}
