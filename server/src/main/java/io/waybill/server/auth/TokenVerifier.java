package io.waybill.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.waybill.server.upload.Caller;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a token: its form, its signature, its claims, in this order, so that nothing of a claim
 * is believed or told before the signature holds.
 */
final class TokenVerifier {
  /** Below gRPC's limit on headers, so that a token too long is told so. */
  static final int MAX_CHARS = 8 << 10;

  /** Explicit typing (RFC 8725, section 3.11): an ID of another kind of token is not taken. */
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private final JwtSettings settings;
  private final SigningKeys keys;
  private final Claims claims;
  private final Clock clock;

  TokenVerifier(JwtSettings settings, SigningKeys keys, Clock clock) {
    this.settings = settings;
    this.keys = keys;
    this.claims = new Claims(settings);
    this.clock = clock;
  }

  /** What is too long is not even looked at. */
  static void requireShort(String token) {
    if (token.length() > MAX_CHARS) {
      throw Refusals.tooLong(MAX_CHARS);
    }
  }

  /**
   * Whom a token stands for, and until when: its exp, and as much as clocks may differ.
   *
   * @throws io.waybill.server.upload.UploadException as {@link Authentication#authenticate}
   */
  Caller verify(String token) {
    requireShort(token);
    JWTClaimsSet genuine = genuine(token);
    Instant end = check(genuine, clock.instant());
    return claims.caller(genuine).until(end);
  }

  private JWTClaimsSet genuine(String token) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(token);
    } catch (ParseException | RuntimeException e) { // a stranger's bytes, whatever they do
      throw Refusals.invalid();
    }
    JWSHeader header = jwt.getHeader();
    boolean taken =
        settings.algorithms().contains(header.getAlgorithm().getName())
            && (header.getType() == null || TYPES.contains(header.getType()))
            // Whatever crit names has to be understood, and nothing of it is.
            && header.getCriticalParams() == null;
    if (!taken || !isSigned(jwt)) {
      throw Refusals.invalid();
    }
    try {
      return jwt.getJWTClaimsSet();
    } catch (ParseException e) {
      throw Refusals.invalid();
    }
  }

  private boolean isSigned(SignedJWT jwt) {
    for (JWSVerifier key : keys.find(jwt.getHeader())) {
      try {
        if (jwt.verify(key)) {
          return true;
        }
      } catch (JOSEException | RuntimeException e) {
        // A signature that cannot even be read does not hold.
      }
    }
    return false;
  }

  /** Returns the token's end. */
  private Instant check(JWTClaimsSet genuine, Instant now) {
    if (!settings.issuer().equals(genuine.getIssuer())) {
      throw Refusals.otherIssuer();
    }
    if (!genuine.getAudience().contains(settings.audience())) {
      throw Refusals.otherAudience();
    }
    Instant expiry = instant(genuine.getExpirationTime());
    if (expiry == null) {
      throw Refusals.lacks("exp");
    }
    Instant end = expiry.plus(settings.clockSkew());
    if (!now.isBefore(end)) {
      throw Refusals.expired();
    }
    Instant notBefore = instant(genuine.getNotBeforeTime());
    if (notBefore != null && now.plus(settings.clockSkew()).isBefore(notBefore)) {
      throw Refusals.notYetValid();
    }
    return end;
  }

  private static @Nullable Instant instant(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }
}
