package io.waybill.server.s3;

import static io.waybill.server.s3.TestUploads.DESTINATION;
import static io.waybill.server.s3.TestUploads.active;
import static io.waybill.server.s3.TestUploads.multipart;
import static io.waybill.server.s3.TestUploads.single;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UrlSigner;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** What every {@link UrlSigner} does; the bytes of its URLs are compared elsewhere. */
interface UrlSignerContract {
  AwsCredentialsProvider KEYS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));
  PartPlan TWO_PARTS = PartPlan.inParts(S3Limits.MIN_PART_BYTES + 7, S3Limits.MIN_PART_BYTES);

  /** One to test. */
  UrlSigner signer(
      S3Connection connection, AwsCredentialsProvider credentials, InstantSource clock);

  @Test
  default void signsAPartWithItsLengthAlone() {
    SignedPart part = sign(multipart(TWO_PARTS).spec(), 2, null);

    assertThat(part.method()).isEqualTo("PUT");
    assertThat(part.url()).contains("partNumber=2").contains("uploadId=storage-id");
    assertThat(part.url()).contains("X-Amz-SignedHeaders=content-length%3Bhost&");
    assertThat(part.headers()).isEmpty();
    assertThat(part.offsetBytes()).isEqualTo(S3Limits.MIN_PART_BYTES);
    assertThat(part.sizeBytes()).isEqualTo(7);
    assertThat(part.reportHeaders()).containsExactly("ETag");
  }

  @ParameterizedTest
  @CsvSource({
    "CRC32, x-amz-checksum-crc32",
    "CRC32C, x-amz-checksum-crc32c",
    "CRC64NVME, x-amz-checksum-crc64nvme",
    "SHA256, x-amz-checksum-sha256"
  })
  default void signsADeclaredChecksumWithItsAlgorithm(ChecksumAlgorithm algorithm, String header) {
    Checksum checksum = Checksum.of(new byte[algorithm.lengthBytes()]);

    for (UploadSpec spec :
        List.of(multipart(TWO_PARTS).with(algorithm).spec(), single(9).with(algorithm).spec())) {
      SignedPart part = sign(spec, 1, checksum);
      assertThat(part.headers())
          .containsEntry(header, checksum.toBase64())
          .containsEntry("x-amz-sdk-checksum-algorithm", algorithm.name());
      assertThat(part.url()).contains("%3B" + header + "%3B").doesNotContain("&" + header);
      assertThat(part.reportHeaders()).containsExactly("ETag", header);
    }
  }

  @Test
  default void signsMd5AsS3HasAlwaysHadIt() {
    Checksum checksum = Checksum.of(new byte[16]);

    SignedPart part = sign(multipart(TWO_PARTS).with(ChecksumAlgorithm.MD5).spec(), 1, checksum);

    assertThat(part.headers()).isEqualTo(Map.of("content-md5", checksum.toBase64()));
    assertThat(part.reportHeaders()).containsExactly("ETag");
  }

  @Test
  default void signsAllOfASinglePut() {
    UploadSpec spec = single(9).with(Map.of("origin", "a  b")).spec();

    SignedPart part = sign(spec, 1, null);

    assertThat(part.headers())
        .isEqualTo(
            Map.of(
                "content-type", "video/mp4",
                "if-none-match", "*",
                "x-amz-meta-origin", "a  b",
                "x-amz-meta-waybill-upload-id", spec.id().toString()));
    assertThat(part.url())
        .contains(
            "X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match"
                + "%3Bx-amz-meta-origin%3Bx-amz-meta-waybill-upload-id&")
        .doesNotContain("partNumber");
    assertThat(sign(single(9).overwriting().spec(), 1, null).headers())
        .doesNotContainKey("if-none-match");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "http://s3.local:9000, -,                       true,  http://s3.local:9000/waybill-test/in/",
        "http://s3.local:9000, https://up.example.com,  true,  https://up.example.com/waybill-test/in/",
        "-,                    https://up.example.com,  false, https://waybill-test.up.example.com/in/",
        "-,                    -,                       false, https://waybill-test.s3.eu-central-1.amazonaws.com/in/",
        "-,                    -,                       true,  https://s3.eu-central-1.amazonaws.com/waybill-test/in/",
      })
  default void signsForTheHostThatUploadersSee(
      @Nullable URI endpoint, @Nullable URI signingEndpoint, boolean pathStyle, String expected) {
    S3Connection connection =
        new S3Connection(DESTINATION, "eu-central-1", endpoint, signingEndpoint, pathStyle);
    SignedPart part =
        signer(connection, KEYS, InstantSource.system())
            .sign(
                active(single(9).spec(), ""),
                1,
                null,
                Instant.now(),
                Instant.now().plusSeconds(60));

    assertThat(part.url()).startsWith(expected);
  }

  @Test
  default void endsWhenItIsTold() {
    Instant end = Instant.now().plusSeconds(600);

    SignedPart part = sign(KEYS, InstantSource.system(), end);

    assertThat(part.expireTime()).isBetween(end.minusSeconds(30), end.plusMillis(1));
    assertThat(part.expireTime()).isEqualTo(endOf(part.url()));
  }

  @Test
  default void endsBeforeTheCredentialsDo() {
    Instant now = Instant.now();

    SignedPart part =
        sign(expiringAt(now.plusSeconds(160)), InstantSource.system(), now.plusSeconds(600));

    assertThat(part.expireTime()).isBetween(now.plusSeconds(70), now.plusSeconds(100));
    assertThat(part.url()).contains("X-Amz-Security-Token=token");
  }

  @Test
  default void neverEndsLaterThanS3Signs() {
    SignedPart part = sign(KEYS, InstantSource.system(), Instant.now().plus(Duration.ofDays(30)));

    assertThat(part.url()).contains("X-Amz-Expires=604800");
  }

  @Test
  default void signsNothingThatHasEnded() {
    Instant now = Instant.now();

    assertThat(kindOf(KEYS, now.plusMillis(900))).isEqualTo(Kind.UNAVAILABLE);
    assertThat(kindOf(KEYS, now.minusSeconds(5))).isEqualTo(Kind.UNAVAILABLE);
    assertThat(kindOf(expiringAt(now.plusSeconds(60)), now.plusSeconds(600)))
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  default void isUnavailableWithoutCredentials() {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("Unable to load credentials");
        };

    assertThat(kindOf(none, Instant.now().plusSeconds(60))).isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  default void signsNothingThatIsNoHeaderOrNoText() {
    UploadSpec split = single(9).with(Map.of("a", "b\r\nx-amz-acl: public-read")).spec();
    UploadSpec torn = single(9).with(Map.of("a", "\ud800")).spec();
    UploadSpec tornKey = single(9).specAt("in/\ud800.mp4");
    UploadSpec split2 = single(9).specAt("in/a\nb.mp4");

    for (UploadSpec spec : List.of(split, torn, tornKey, split2)) {
      assertThatThrownBy(() -> sign(spec, 1, null)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  default void signsNoPartWithoutItsChecksumOrWithAnother() {
    UploadSpec spec = multipart(TWO_PARTS).with(ChecksumAlgorithm.SHA256).spec();

    assertThatThrownBy(() -> sign(spec, 1, null)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sign(spec, 1, Checksum.of(new byte[4])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sign(multipart(TWO_PARTS).spec(), 1, Checksum.of(new byte[4])))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sign(multipart(TWO_PARTS).spec(), 3, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://s3.local",
        "s3.local:9000",
        "http://s3.local/path",
        "http://u:p@s3.local",
        "http://s3.local?a=b",
        "http:///"
      })
  default void takesNoEndpointButAHost(URI endpoint) {
    assertThatThrownBy(() -> new S3Connection(DESTINATION, "eu-central-1", endpoint, null, true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private SignedPart sign(UploadSpec spec, int number, @Nullable Checksum checksum) {
    return signer(KEYS, InstantSource.system())
        .sign(
            active(spec, "storage-id"),
            number,
            checksum,
            Instant.now(),
            Instant.now().plusSeconds(60));
  }

  private SignedPart sign(AwsCredentialsProvider credentials, InstantSource clock, Instant end) {
    return signer(credentials, clock)
        .sign(active(single(9).spec(), ""), 1, null, clock.instant(), end);
  }

  private Kind kindOf(AwsCredentialsProvider credentials, Instant end) {
    StorageException refusal =
        catchThrowableOfType(
            StorageException.class, () -> sign(credentials, InstantSource.system(), end));
    assertThat(refusal).as("it signed").isNotNull();
    return refusal.kind();
  }

  /** What S3 makes of a URL's own words. */
  private static Instant endOf(String url) {
    Matcher date = Pattern.compile("X-Amz-Date=(\\w+)").matcher(url);
    Matcher seconds = Pattern.compile("X-Amz-Expires=(\\d+)").matcher(url);
    assertThat(date.find() && seconds.find()).isTrue();
    return LocalDateTime.parse(date.group(1), DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'"))
        .toInstant(ZoneOffset.UTC)
        .plusSeconds(Long.parseLong(seconds.group(1)));
  }

  private UrlSigner signer(AwsCredentialsProvider credentials, InstantSource clock) {
    URI endpoint = URI.create("http://127.0.0.1:9000");
    return signer(
        new S3Connection(DESTINATION, "eu-central-1", endpoint, null, true), credentials, clock);
  }

  private static AwsCredentialsProvider expiringAt(Instant end) {
    AwsCredentials session =
        AwsSessionCredentials.builder()
            .accessKeyId("ASIAEXAMPLE")
            .secretAccessKey("secret")
            .sessionToken("token")
            .expirationTime(end)
            .build();
    return StaticCredentialsProvider.create(session);
  }
}
