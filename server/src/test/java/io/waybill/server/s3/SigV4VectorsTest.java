package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Amazon's own worked examples, each with a hole or two where it has something to fill in. */
class SigV4VectorsTest {
  private static final String TO_SIGN =
      "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n";
  private static final SigningKey KEY =
      SigningKey.of("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3");

  /**
   * See <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">S3's
   * example of a presigned URL</a>.
   */
  @Test
  void agreesWithAmazonOnAPresignedUrl() {
    String canonical =
        """
        GET
        /test.txt
        X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host
        host:examplebucket.s3.amazonaws.com

        host
        UNSIGNED-PAYLOAD""";
    String signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    String length = canonical.replace("86400", "\0");
    String partAndLength = canonical.replace("4_request&X", "\0_request&X").replace("86400", "\0");

    assertThat(put("?", length).url(1, 86_400, null)).isEqualTo("?" + signature);
    assertThat(put("?\0&", partAndLength).url(4, 86_400, null)).isEqualTo("?4&" + signature);
  }

  /**
   * See <a
   * href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">S3's
   * example of PUT Object</a>.
   */
  @Test
  void agreesWithAmazonOnAPut() {
    String sum = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    String canonical =
        """
        PUT
        /test%%24file.text

        date:Fri, 24 May \0 00:00:00 GMT
        host:examplebucket.s3.amazonaws.com
        x-amz-content-sha256:%s
        x-amz-date:20130524T000000Z
        x-amz-storage-class:\0

        date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class
        %s"""
            .formatted(sum, sum);

    assertThat(put("?", canonical).url(1, 2013, "REDUCED_REDUNDANCY"))
        .isEqualTo("?98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  }

  private static PresignedPut put(String url, String canonical) {
    return new PresignedPut(new PutTemplate(url, canonical, TO_SIGN), KEY);
  }
}
