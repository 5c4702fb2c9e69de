package io.waybill.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of a JWKS (RFC 7517) that may verify signatures. Left out are secrets, keys for
 * encryption, and RSA keys below 2,048 bits (RFC 7518, section 3.3).
 */
final class KeySet {
  /** An issuer has two or three; a token without a kid must not cost a thousand verifications. */
  private static final int MAX_KEYS = 64;

  private static final int MIN_RSA_BITS = 2_048;

  private record Key(@Nullable String kid, @Nullable String algorithm, JWSVerifier verifier) {}

  private final List<Key> keys;

  private KeySet(List<Key> keys) {
    this.keys = keys;
  }

  /**
   * Reads a JWKS.
   *
   * @throws IOException where it is none, or holds no key that may be used
   */
  static KeySet parse(byte[] json) throws IOException {
    List<Key> keys = new ArrayList<>();
    try {
      for (JWK jwk : JWKSet.parse(new String(json, StandardCharsets.UTF_8)).getKeys()) {
        JWSVerifier verifier = verifier(jwk);
        if (verifier != null) {
          String algorithm = jwk.getAlgorithm() == null ? null : jwk.getAlgorithm().getName();
          keys.add(new Key(jwk.getKeyID(), algorithm, verifier));
        }
      }
    } catch (ParseException | RuntimeException e) {
      throw new IOException("not a JWKS", e);
    }
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw new IOException(
          "a JWKS of 1 to %d keys that verify signatures, not %d".formatted(MAX_KEYS, keys.size()));
    }
    return new KeySet(List.copyOf(keys));
  }

  /** One exotic key does not spoil the others. */
  private static @Nullable JWSVerifier verifier(JWK jwk) {
    try {
      return usable(jwk);
    } catch (JOSEException e) {
      return null;
    }
  }

  private static @Nullable JWSVerifier usable(JWK jwk) throws JOSEException {
    if (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return null;
    }
    if (jwk instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS) {
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    if (jwk instanceof ECKey ec && !ec.getCurve().equals(Curve.SECP256K1)) {
      return new ECDSAVerifier(ec.toECPublicKey());
    }
    if (jwk instanceof OctetKeyPair pair && pair.getCurve().equals(Curve.Ed25519)) {
      return new Ed25519Verifier(pair.getDecodedX());
    }
    return null;
  }

  int size() {
    return keys.size();
  }

  boolean has(String kid) {
    return keys.stream().anyMatch(key -> kid.equals(key.kid));
  }

  /**
   * The keys that may have signed under this header: by kid, which may be left out where there is
   * one key alone. What else a header says of keys (jwk, jku, x5u, x5c) is its sender's word.
   */
  List<JWSVerifier> find(JWSHeader header) {
    String kid = header.getKeyID();
    if (kid == null && keys.size() > 1) {
      return List.of();
    }
    JWSAlgorithm algorithm = header.getAlgorithm();
    return keys.stream()
        .filter(key -> kid == null || kid.equals(key.kid))
        .filter(key -> key.algorithm == null || key.algorithm.equals(algorithm.getName()))
        .map(Key::verifier)
        .filter(verifier -> verifier.supportedJWSAlgorithms().contains(algorithm))
        .toList();
  }
}
