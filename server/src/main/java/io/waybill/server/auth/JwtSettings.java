package io.waybill.server.auth;

import io.waybill.server.upload.Role;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How bearer tokens are verified (RFC 7519, RFC 8725), and what of them is read.
 *
 * @param issuer the iss that every token has to have
 * @param audience an aud that every token has to have, perhaps among others
 * @param algorithms by their names in RFC 7518 and RFC 8037; signatures by key pairs alone
 * @param clockSkew how far the issuer's clock may differ, 0 to 5 minutes
 * @param jwksUrl where the issuer's keys are; null with a file
 * @param jwksFile the issuer's keys; null with a URL
 * @param jwksRefresh how often the URL is asked anyhow
 * @param tenantClaim see {@link Claims}; likewise subjectClaim and rolesClaim
 * @param roles what the token's words for each role are
 */
public record JwtSettings(
    String issuer,
    String audience,
    Set<String> algorithms,
    Duration clockSkew,
    @Nullable URI jwksUrl,
    @Nullable Path jwksFile,
    Duration jwksRefresh,
    String tenantClaim,
    String subjectClaim,
    String rolesClaim,
    Map<Role, Set<String>> roles) {

  /** With HMAC, whoever can verify can sign; "none" is no signature. Neither is ever taken. */
  public static final List<String> ALLOWED =
      List.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
          "Ed25519");

  public static final List<String> DEFAULT_ALGORITHMS = List.of("RS256", "ES256", "EdDSA");
  private static final Duration MAX_SKEW = Duration.ofMinutes(5);

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    roles = Map.copyOf(roles);
    Set<String> refused = new TreeSet<>(algorithms);
    refused.removeAll(ALLOWED);
    if (algorithms.isEmpty() || !refused.isEmpty()) {
      throw new IllegalArgumentException(
          "algorithms: of " + String.join(", ", ALLOWED) + ", not " + refused);
    }
    if (clockSkew.isNegative() || clockSkew.compareTo(MAX_SKEW) > 0) {
      throw new IllegalArgumentException("clock_skew: 0s to 5m, not " + clockSkew);
    }
    if ((jwksUrl == null) == (jwksFile == null)) {
      throw new IllegalArgumentException("either jwks_url or jwks_file, not both");
    }
  }
}
