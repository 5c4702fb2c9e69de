package io.waybill.server.auth;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Map;

/**
 * What a refused caller is told. Whoever holds a genuine token can read it, and so may know what is
 * wrong with it; of a token whose signature does not hold, nothing is said but that.
 */
final class Refusals {
  private static final String BEARER = "authorization: Bearer JWT";

  private static final String NOT_YET_VALID = "not_yet_valid";

  private Refusals() {}

  /** Whether the same token will be refused again, whatever the time, until the keys change. */
  static boolean isFinal(UploadException refusal) {
    return switch (refusal.reason()) {
      case UNAUTHENTICATED -> !NOT_YET_VALID.equals(refusal.metadata().get("problem"));
      case PERMISSION_DENIED -> true;
      default -> false;
    };
  }

  static UploadException missing(String accepts) {
    return new UploadException(
        Reason.UNAUTHENTICATED,
        "this server has to know who is calling: " + accepts,
        Map.of("problem", "missing", "accepts", accepts));
  }

  static UploadException notBearer() {
    return token("malformed", "one header of the form " + BEARER);
  }

  static UploadException tooLong(int mostChars) {
    return token("too_long", "a token of at most " + mostChars + " characters");
  }

  /** Malformed, unsigned, of another algorithm, of an unknown key, or signed by somebody else. */
  static UploadException invalid() {
    return token("invalid", "the token does not hold here");
  }

  static UploadException expired() {
    return token("expired", "the token has expired");
  }

  static UploadException notYetValid() {
    return token(NOT_YET_VALID, "the token is not valid yet");
  }

  static UploadException otherIssuer() {
    return token("issuer", "the token is from another issuer than this server's");
  }

  static UploadException otherAudience() {
    return token("audience", "the token is not valid for this audience");
  }

  static UploadException lacks(String claim) {
    return token("lacks_claim", "the token lacks the claim " + claim);
  }

  private static UploadException token(String problem, String message) {
    return new UploadException(
        Reason.UNAUTHENTICATED, message, Map.of("problem", problem, "accepts", BEARER));
  }

  static UploadException expiredCertificate() {
    return new UploadException(
        Reason.UNAUTHENTICATED,
        "the client certificate has expired since the connection was made",
        Map.of("problem", "expired", "accepts", "client certificate"));
  }

  /** The keys are on their way. */
  static UploadException keysAway(Duration retryAfter) {
    return new UploadException(
            Reason.AUTHENTICATION_UNAVAILABLE,
            "the keys that tokens are checked with are being fetched",
            Map.of())
        .retryAfter(retryAfter);
  }

  /** The caller is known, and yet no caller of ours. */
  static UploadException denied(String message) {
    return new UploadException(Reason.PERMISSION_DENIED, message, Map.of());
  }
}
