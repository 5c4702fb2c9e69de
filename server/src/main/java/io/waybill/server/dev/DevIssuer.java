package io.waybill.server.dev;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/**
 * Issues the one token that a dev server takes. Its key lives as long as the process, and only its
 * public half is written down.
 */
final class DevIssuer {
  private static final Duration LIFE = Duration.ofDays(7);
  private static final String ISSUER = "waybill-dev";
  private static final String CONFIG =
      """
      auth:
        jwt:
          issuer: %s
          audience: waybill
          algorithms: [ES256]
          jwks_file: '%s'
      """;

  private final ECKey key;
  private final Path jwks;

  private DevIssuer(ECKey key, Path jwks) {
    this.key = key;
    this.jwks = jwks;
  }

  /** Makes a key, and writes its public half into the folder. */
  static DevIssuer publish(Path folder) throws IOException {
    try {
      ECKey key = new ECKeyGenerator(Curve.P_256).keyID("dev").generate();
      Path jwks = folder.resolve("dev-jwks.json");
      Files.writeString(jwks, new JWKSet(key).toString(true));
      return new DevIssuer(key, jwks);
    } catch (JOSEException e) {
      throw new IOException("this JDK makes no key", e);
    }
  }

  /** What a configuration says to take this issuer's tokens. */
  String config() {
    return CONFIG.formatted(ISSUER, jwks.toAbsolutePath().toString().replace("'", "''"));
  }

  /** Of an uploader of the tenant default. */
  String token() {
    Instant now = Instant.now();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience("waybill")
            .subject("dev")
            .claim("tenant", "default")
            .claim("roles", List.of("waybill-uploader"))
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFE)))
            .build();
    SignedJWT token =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("dev").build(), claims);
    try {
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException("it has just made the key", e);
    }
  }
}
