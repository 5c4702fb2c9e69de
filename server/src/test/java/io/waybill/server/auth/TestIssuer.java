package io.waybill.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** Somebody who issues tokens, genuine ones and whatever a test makes of them. */
public final class TestIssuer {
  public static final String ISSUER = "https://issuer.test";
  public static final String AUDIENCE = "waybill-test";

  /** Made once: a key of RSA takes half a second. */
  private static final RSAKey FIRST = rsa("first");

  private final Clock clock;
  private final List<JWK> published = new ArrayList<>();
  private JWK current;

  public TestIssuer(Clock clock) {
    this.clock = clock;
    this.current = FIRST;
    published.add(current);
  }

  public static RSAKey rsa(String kid) {
    try {
      return new RSAKeyGenerator(2_048).keyID(kid).keyUse(KeyUse.SIGNATURE).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  public static ECKey ec(String kid) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** The key that signs. */
  public JWK key() {
    return current;
  }

  /** From now on signs with this one, and publishes it beside the others. */
  public void rotate(JWK next) {
    published.add(next);
    current = next;
  }

  /** Publishes the key that signs, and no other. */
  public void withdrawOldKeys() {
    published.retainAll(List.of(current));
  }

  public byte[] jwks() {
    return new JWKSet(published).toString(true).getBytes(StandardCharsets.UTF_8);
  }

  /** Right in everything: of tenant acme, an uploader, for ten minutes. */
  public JWTClaimsSet.Builder claims() {
    return claims("acme", "waybill-uploader");
  }

  public JWTClaimsSet.Builder claims(String tenant, String... roles) {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .subject("somebody")
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(600)))
        .claim("tenant", tenant)
        .claim("roles", List.of(roles));
  }

  public String token(String tenant, String... roles) {
    return token(claims(tenant, roles));
  }

  public String token(JWTClaimsSet.Builder claims) {
    return signed(header().build(), claims.build());
  }

  public JWSHeader.Builder header() {
    JWSAlgorithm algorithm = current instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
    return new JWSHeader.Builder(algorithm).keyID(current.getKeyID());
  }

  /** Signed by the key that signs, whatever the header says. */
  public String signed(JWSHeader header, JWTClaimsSet claims) {
    return signed(header, claims, current);
  }

  public static String signed(JWSHeader header, JWTClaimsSet claims, JWK key) {
    try {
      JWSSigner signer =
          key instanceof RSAKey rsa
              ? new RSASSASigner(rsa.toRSAPrivateKey())
              : new ECDSASigner(key.toECKey());
      SignedJWT jwt = new SignedJWT(header, claims);
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }
}
