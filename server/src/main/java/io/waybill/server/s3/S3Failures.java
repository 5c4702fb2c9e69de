package io.waybill.server.s3;

import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What a failed request says of its outcome. A sure refusal is claimed only where S3 says so in
 * words of its own; all else is {@link Kind#UNAVAILABLE}, which sends the domain to look.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">S3: Error
 *     responses</a>
 */
final class S3Failures {
  /** What a store answers to what it does not have. */
  static final int NOT_IMPLEMENTED = 501;

  private static final int MAX_MESSAGE_CHARS = 300;

  /** Said of a Complete whose parts S3 looked at and does not take. */
  private static final Set<String> PARTS_CODES =
      Set.of(
          "InvalidPart",
          "InvalidPartOrder",
          "InvalidPartNumber",
          "EntityTooSmall",
          "EntityTooLarge",
          "BadDigest",
          "InvalidDigest");

  /** Client errors by their status, but passing ones: nothing is known of the request. */
  private static final Set<String> PASSING_CODES =
      Set.of(
          "RequestTimeout",
          "SlowDown",
          "TooManyRequests",
          "Throttling",
          "ThrottlingException",
          "RequestLimitExceeded",
          "ServiceUnavailable",
          "InternalError",
          "OperationAborted",
          "ConditionalRequestConflict");

  private S3Failures() {}

  /** What is known after a request of the given operation has failed with this. */
  static StorageException of(S3Operation operation, String destination, RuntimeException failure) {
    if (failure instanceof StorageException known) {
      return known;
    }
    String where = operation + " at " + destination;
    if (failure instanceof AwsServiceException answer) {
      return new StorageException(kind(operation, answer), where, words(answer), failure);
    }
    // Torn connections, timeouts, an answer that cannot be read.
    return new StorageException(Kind.UNAVAILABLE, where, innermost(failure), failure);
  }

  static String innermost(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < 10 && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName();
  }

  /** A success that lacks its substance (PROTOCOL rule 7). */
  static StorageException hollow(S3Operation operation, String destination, String missing) {
    return new StorageException(
        Kind.UNAVAILABLE, operation + " at " + destination, "a success without " + missing, null);
  }

  private static Kind kind(S3Operation operation, AwsServiceException answer) {
    String code = code(answer);
    int status = answer.statusCode();
    if (PASSING_CODES.contains(code)) {
      return Kind.UNAVAILABLE;
    }
    if (code.equals("PreconditionFailed") || status == 412) {
      return Kind.EXISTS;
    }
    if (operation.isOfMultipartUpload() && isUnknownUpload(code, status)) {
      return Kind.GONE;
    }
    if (operation == S3Operation.COMPLETE && isRefusalOfParts(code, answer)) {
      return Kind.PARTS_REFUSED;
    }
    if (code.equals("NotImplemented")) {
      return Kind.UNSUPPORTED;
    }
    if (code.isEmpty() && operation.mayHaveHappened()) {
      // Not S3's word, but a proxy's answer.
      return Kind.UNAVAILABLE;
    }
    if (status == NOT_IMPLEMENTED) {
      return Kind.UNSUPPORTED;
    }
    // 409 asks for another try, 429 too; 307 is a bucket too young for DNS. An error under 200
    // came after S3 had begun.
    boolean refused = status >= 300 && status < 500;
    boolean passing = status == 307 || status == 408 || status == 409 || status == 429;
    return refused && !passing ? Kind.REFUSED : Kind.UNAVAILABLE;
  }

  /** Whether it is the bucket that is missing. (An answer to HEAD does not tell.) */
  static boolean isOfBucket(AwsServiceException answer) {
    return code(answer).equals("NoSuchBucket");
  }

  /** Ceph says NoSuchKey for it; an answer from a proxy has no code. */
  private static boolean isUnknownUpload(String code, int status) {
    return code.equals("NoSuchUpload") || (status == 404 && !code.equals("NoSuchBucket"));
  }

  private static boolean isRefusalOfParts(String code, AwsServiceException answer) {
    if (PARTS_CODES.contains(code)) {
      return true;
    }
    // A part's checksum left out or of another algorithm, x-amz-mp-object-size that is not the sum.
    String message = message(answer).toLowerCase(Locale.ROOT);
    return code.equals("InvalidRequest")
        && (message.contains("checksum") || message.contains("mp-object-size"));
  }

  private static String words(AwsServiceException answer) {
    String words = answer.statusCode() + " " + code(answer) + " " + message(answer);
    String requestId = answer.requestId();
    return requestId == null ? words : words + " (request " + requestId + ")";
  }

  /** S3's name of the error; empty where something else answered, or to HEAD. */
  static String code(AwsServiceException answer) {
    @Nullable AwsErrorDetails details = answer.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    return code == null ? "" : code;
  }

  /** S3's own words: they name users and keys, never a signature. */
  static String message(AwsServiceException answer) {
    @Nullable AwsErrorDetails details = answer.awsErrorDetails();
    String message = details == null ? null : details.errorMessage();
    if (message == null) {
      return "";
    }
    String line = message.replaceAll("\\p{Cntrl}+", " ");
    return line.length() <= MAX_MESSAGE_CHARS ? line : line.substring(0, MAX_MESSAGE_CHARS) + "…";
  }
}
