package io.waybill.server.s3.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The fake against Amazon's own worked examples. */
class SigV4CheckTest {
  private static final Instant THEN = Instant.parse("2013-05-24T00:00:00Z");
  private static final String HOST = "examplebucket.s3.amazonaws.com";
  private static final String QUERY =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256"
          + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
          + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
          + "&X-Amz-Signature=";
  private static final String SIGNATURE =
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

  /**
   * See <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">S3's
   * example of a presigned URL</a>.
   */
  @Test
  void agreesWithAmazonOnAPresignedUrl() {
    Call call = presigned(SIGNATURE);

    assertThatCode(() -> at(THEN).check(call)).doesNotThrowAnyException();
    assertThatCode(() -> at(THEN.plusSeconds(86_400)).check(call)).doesNotThrowAnyException();
    assertThatThrownBy(() -> at(THEN.plusSeconds(86_401)).check(call))
        .hasMessage("AccessDenied: Request has expired");
    assertThatThrownBy(() -> at(THEN).check(presigned("b" + SIGNATURE.substring(1))))
        .hasMessageStartingWith("SignatureDoesNotMatch");
  }

  /**
   * See <a
   * href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3's
   * example of GET Object</a>.
   */
  @Test
  void agreesWithAmazonOnAnAuthorizationHeader() {
    String empty = HexFormat.of().formatHex(Sums.of("sha256", new byte[0]));
    Map<String, List<String>> headers =
        Map.of(
            "Host", List.of(HOST),
            "Range", List.of("bytes=0-9"),
            "x-amz-content-sha256", List.of(empty),
            "x-amz-date", List.of("20130524T000000Z"),
            "Authorization",
                List.of(
                    "AWS4-HMAC-SHA256"
                        + " Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + "Signature="
                        + "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));
    Call call = Call.of("GET", "/test.txt", Optional.empty(), headers, new byte[0]);

    assertThatCode(() -> at(THEN).check(call)).doesNotThrowAnyException();
    assertThatThrownBy(() -> at(THEN.plusSeconds(901)).check(call))
        .hasMessageStartingWith("RequestTimeTooSkewed");
    Call other = Call.of("GET", "/test2.txt", Optional.empty(), headers, new byte[0]);
    assertThatThrownBy(() -> at(THEN).check(other)).hasMessageStartingWith("SignatureDoesNotMatch");
    Call body = Call.of("GET", "/test.txt", Optional.empty(), headers, new byte[1]);
    assertThatThrownBy(() -> at(THEN).check(body))
        .hasMessageStartingWith("XAmzContentSHA256Mismatch");
  }

  /** The check value of the CRC catalogue. */
  @Test
  void knowsCrc64Nvme() {
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

    assertThat(Sums.of("crc64nvme", digits)).isEqualTo(HexFormat.of().parseHex("ae8b14860a799888"));
  }

  private static SigV4Check at(Instant now) {
    return new SigV4Check(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "us-east-1",
        InstantSource.fixed(now));
  }

  private static Call presigned(String signature) {
    Map<String, List<String>> headers = Map.of("Host", List.of(HOST));
    return Call.of("GET", "/test.txt", Optional.of(QUERY + signature), headers, new byte[0]);
  }
}
