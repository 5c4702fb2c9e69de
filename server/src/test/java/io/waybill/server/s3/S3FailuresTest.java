package io.waybill.server.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3FailuresTest {

  @ParameterizedTest
  @CsvSource({
    // Sure refusals.
    "CREATE,     403, AccessDenied,                Access Denied,              REFUSED",
    "CREATE,     404, NoSuchBucket,                no bucket,                  REFUSED",
    "COMPLETE,   404, NoSuchBucket,                no bucket,                  REFUSED",
    "ABORT,      404, NoSuchBucket,                no bucket,                  REFUSED",
    "COMPLETE,   403, AccessDenied,                Access Denied,              REFUSED",
    "COMPLETE,   403, InvalidAccessKeyId,          no key,                     REFUSED",
    "COMPLETE,   403, SignatureDoesNotMatch,       no match,                   REFUSED",
    "COMPLETE,   403, RequestTimeTooSkewed,        too large,                  REFUSED",
    "COMPLETE,   400, ExpiredToken,                expired,                    REFUSED",
    "COMPLETE,   400, MalformedXML,                malformed,                  REFUSED",
    "COMPLETE,   400, InvalidRequest,              no ACL here,                REFUSED",
    "CREATE,     400, InvalidRequest,              Checksum algorithm unknown, REFUSED",
    "LIST_PARTS, 301, PermanentRedirect,           another region,             REFUSED",
    "COMPLETE,   501, NotImplemented,              If-None-Match,              UNSUPPORTED",
    "PUT_TAGS,   501, NotImplemented,              no tags,                    UNSUPPORTED",
    "PUT_TAGS,   501, '',                          '',                         UNSUPPORTED",
    "PUT_TAGS,   400, BadRequest,                  ten tags,                   REFUSED",
    "PUT_TAGS,   403, InvalidAccessKeyId,          no key,                     REFUSED",
    "HEAD,       403, '',                          '',                         REFUSED",
    "HEAD,       400, '',                          '',                         REFUSED",
    // The parts.
    "COMPLETE,   400, InvalidPart,                 not found,                  PARTS_REFUSED",
    "COMPLETE,   400, InvalidPartOrder,            order,                      PARTS_REFUSED",
    "COMPLETE,   400, EntityTooSmall,              too small,                  PARTS_REFUSED",
    "COMPLETE,   400, BadDigest,                   no match,                   PARTS_REFUSED",
    "COMPLETE,   200, InvalidPart,                 not found,                  PARTS_REFUSED",
    "COMPLETE,   400, InvalidRequest,              Checksum Type mismatch,     PARTS_REFUSED",
    "COMPLETE,   400, InvalidRequest,              the x-amz-mp-object-size,   PARTS_REFUSED",
    "CREATE,     400, BadDigest,                   no match,                   REFUSED",
    // The upload.
    "COMPLETE,   404, NoSuchUpload,                gone,                       GONE",
    "LIST_PARTS, 404, NoSuchUpload,                gone,                       GONE",
    "ABORT,      404, NoSuchUpload,                gone,                       GONE",
    "ABORT,      404, NoSuchKey,                   Ceph,                       GONE",
    "COMPLETE,   404, '',                          a proxy,                    GONE",
    // The object.
    "COMPLETE,   412, PreconditionFailed,          exists,                     EXISTS",
    "DELETE,     412, '',                          '',                         EXISTS",
    // Nobody knows.
    "COMPLETE,   200, InternalError,               try again,                  UNAVAILABLE",
    "COMPLETE,   200, AccessDenied,                under 200,                  UNAVAILABLE",
    "COMPLETE,   409, ConditionalRequestConflict,  conflict,                   UNAVAILABLE",
    "COMPLETE,   409, OperationAborted,            conflict,                   UNAVAILABLE",
    "COMPLETE,   400, RequestTimeout,              idle,                       UNAVAILABLE",
    "COMPLETE,   429, '',                          '',                         UNAVAILABLE",
    "COMPLETE,   403, '',                          a proxy,                    UNAVAILABLE",
    "CREATE,     400, '',                          a proxy,                    UNAVAILABLE",
    "CREATE,     307, TemporaryRedirect,           a new bucket,               UNAVAILABLE",
    "CREATE,     500, InternalError,               try again,                  UNAVAILABLE",
    "CREATE,     503, SlowDown,                    slower,                     UNAVAILABLE",
    "ABORT,      500, UnknownError,                Ceph,                       UNAVAILABLE",
  })
  void saysWhatIsKnown(
      S3Operation operation, int status, String code, String message, Kind expected) {
    RuntimeException failure =
        S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(
                AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
            .build();

    assertThat(S3Failures.of(operation, "media", failure).kind()).isEqualTo(expected);
  }

  @Test
  void knowsNothingOfAnAnswerWithoutDetails() {
    RuntimeException failure = S3Exception.builder().statusCode(502).build();

    assertThat(S3Failures.of(S3Operation.COMPLETE, "media", failure).kind())
        .isEqualTo(Kind.UNAVAILABLE);
  }

  @Test
  void knowsNothingOfATornConnection() {
    RuntimeException failure = SdkClientException.create("Unable to execute HTTP request");

    StorageException known = S3Failures.of(S3Operation.CREATE, "media", failure);

    assertThat(known.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(known).hasCause(failure).hasMessageContaining("CreateMultipartUpload at media");
  }

  @Test
  void keepsItsWordsToOneShortLine() {
    RuntimeException failure =
        S3Exception.builder()
            .statusCode(500)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode("InternalError")
                    .errorMessage("a\r\nb" + "c".repeat(10_000))
                    .build())
            .build();

    String message = S3Failures.of(S3Operation.CREATE, "media", failure).getMessage();

    assertThat(message).contains("500 InternalError a b").hasSizeLessThan(500);
    assertThat(message).doesNotContain("\r").doesNotContain("\n");
  }
}
