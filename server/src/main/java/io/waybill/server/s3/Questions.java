package io.waybill.server.s3;

import io.waybill.server.s3.StorageReport.Finding;
import io.waybill.server.s3.StorageReport.Severity;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Asks one bucket one thing after the other, and puts the answers into words for the operator. */
final class Questions {
  /** What is said once makes all further questions pointless. */
  static final class Pointless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Pointless(String line, @Nullable Throwable cause) {
      super(line, cause);
    }

    String line() {
      return String.valueOf(getMessage());
    }
  }

  /** By which S3 refuses a request; a URL signed by such a clock is dead from the start. */
  static final Duration REFUSED_SKEW = Duration.ofMinutes(15);

  private static final Set<String> OF_CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired",
          "AuthFailure");
  private static final Set<String> OF_REGION =
      Set.of("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint");

  private final String destination;
  private final String bucket;
  private final String region;
  private final InstantSource clock;
  private final List<Finding> findings = new ArrayList<>();
  private boolean clockSeen;

  Questions(String destination, String bucket, String region, InstantSource clock) {
    this.destination = destination;
    this.bucket = bucket;
    this.region = region;
    this.clock = clock;
  }

  /** Whether a request was refused for the server's keys, whatever it asked. */
  static boolean isOfCredentials(String code) {
    return OF_CREDENTIALS.contains(code);
  }

  List<Finding> findings() {
    return findings;
  }

  void ok(String line) {
    add(new Finding(Severity.OK, line));
  }

  void warning(String line) {
    add(new Finding(Severity.WARNING, line));
  }

  void failed(String line) {
    add(new Finding(Severity.FAILED, line));
  }

  /** Once, however often one permission is needed. */
  private void add(Finding finding) {
    if (!findings.contains(finding)) {
      findings.add(finding);
    }
  }

  /**
   * How a request ended.
   *
   * @param status 200, or one that was expected; 0 for every other, which is a finding then
   * @param answer null unless it is 200
   */
  record Reply<T>(int status, @Nullable T answer) {
    boolean isDone() {
      return status == 200;
    }
  }

  /**
   * Makes a request that a permission is needed for.
   *
   * @param action the permission, as IAM names it
   * @param where what it is needed on
   * @param expected statuses beside 200 that say no more than the caller wants to know
   */
  <T extends SdkResponse> Reply<T> ask(
      String action,
      String where,
      S3Operation operation,
      Supplier<T> request,
      Integer... expected) {
    try {
      T answer = request.get();
      look(answer.sdkHttpResponse());
      return new Reply<>(200, answer);
    } catch (AwsServiceException e) {
      look(response(e));
      if (List.of(expected).contains(e.statusCode()) && !S3Failures.isOfBucket(e)) {
        return new Reply<>(e.statusCode(), null);
      }
      refused(action, where, operation, e);
      return new Reply<>(0, null);
    } catch (SdkClientException e) {
      throw new Pointless(inWords(e), e);
    }
  }

  /** The same where all is well if it is done. */
  <T extends SdkResponse> @Nullable T need(
      String action, String where, S3Operation operation, Supplier<T> request) {
    Reply<T> reply = ask(action, where, operation, request);
    if (reply.isDone()) {
      ok(action + " on " + where);
    }
    return reply.answer();
  }

  private void refused(String action, String where, S3Operation operation, AwsServiceException e) {
    @Nullable SdkHttpResponse response = response(e);
    String code = S3Failures.code(e);
    String found = response == null ? "" : header(response, "x-amz-bucket-region").orElse("");
    boolean elsewhere = !found.isEmpty() && !found.equals(region);
    if (elsewhere || OF_REGION.contains(code)) {
      String place = found.isEmpty() ? "another region" : found;
      throw new Pointless(
          "bucket %s is in %s, the configuration says %s".formatted(bucket, place, region), e);
    }
    if (code.equals("NoSuchBucket")) {
      throw new Pointless("bucket " + bucket + " does not exist", e);
    }
    if (isOfCredentials(code)) {
      throw new Pointless("S3 does not take the credentials: " + words(e), e);
    }
    if (code.equals("RequestTimeTooSkewed")) {
      throw new Pointless("the clock here is not that of S3, which refuses all requests", e);
    }
    StorageException failure = S3Failures.of(operation, destination, e);
    if (failure.kind() == Kind.UNAVAILABLE) {
      throw new Pointless("S3 does not answer clearly: " + operation + ": " + words(e), e);
    }
    String words = " (" + operation + ": " + words(e) + ")";
    boolean denied = e.statusCode() == 403 || e.statusCode() == 401;
    failed(action + (denied ? " is missing on " : " is of no use on ") + where + words);
  }

  /** Without the request's id, so that the same answer has the same words. */
  private static String words(AwsServiceException e) {
    String code = S3Failures.code(e);
    return (e.statusCode() + " " + code + " " + S3Failures.message(e)).strip();
  }

  private static String inWords(SdkClientException e) {
    String message = String.valueOf(e.getMessage());
    // Nothing was sent; the SDK's words name the places where it looked, no secret.
    return message.contains("Unable to load credentials")
        ? "there are no credentials: the AWS SDK's default provider chain found none"
        : "S3 cannot be reached: " + S3Failures.innermost(e);
  }

  /** The first answer's time says how far the clocks are apart. */
  private void look(@Nullable SdkHttpResponse response) {
    if (clockSeen || response == null) {
      return;
    }
    Optional<String> date = header(response, "Date");
    if (date.isEmpty()) {
      return;
    }
    Duration ahead;
    try {
      Instant theirs = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from);
      ahead = Duration.between(theirs, clock.instant());
    } catch (DateTimeException e) {
      return;
    }
    clockSeen = true;
    String line =
        "the clock here is %d s %s that of S3"
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "behind" : "ahead of");
    if (ahead.abs().compareTo(REFUSED_SKEW) >= 0) {
      failed(line + ": it refuses what is signed here");
    } else if (ahead.abs().compareTo(ClockSkew.TOLERATED) > 0) {
      warning(line + ": signed URLs live shorter, or are refused");
    } else {
      ok("the clock");
    }
  }

  private static @Nullable SdkHttpResponse response(AwsServiceException e) {
    @Nullable AwsErrorDetails details = e.awsErrorDetails();
    return details == null ? null : details.sdkHttpResponse();
  }

  private static Optional<String> header(SdkHttpResponse response, String name) {
    return response.firstMatchingHeader(name);
  }
}
