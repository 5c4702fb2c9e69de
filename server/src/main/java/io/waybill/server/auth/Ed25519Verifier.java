package io.waybill.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/** Ed25519 by the JDK (JEP 339); Nimbus's own verifier would need Tink for it. */
final class Ed25519Verifier implements JWSVerifier {
  private static final String NAME = "Ed25519";

  /** RFC 8410: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 bytes }. */
  private static final String SUBJECT_PUBLIC_KEY_INFO = "302a300506032b6570032100";

  private final PublicKey key;

  /**
   * @param point the public key's 32 bytes, the JWK's x
   */
  Ed25519Verifier(byte[] point) throws JOSEException {
    try {
      String encoded = SUBJECT_PUBLIC_KEY_INFO + HexFormat.of().formatHex(point);
      key =
          KeyFactory.getInstance(NAME)
              .generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex(encoded)));
    } catch (GeneralSecurityException e) {
      throw new JOSEException("not an Ed25519 key", e);
    }
  }

  @Override
  public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
    try {
      Signature verification = Signature.getInstance(NAME);
      verification.initVerify(key);
      verification.update(signed);
      return verification.verify(signature.decode());
    } catch (SignatureException e) {
      return false; // of another length, or no point of the curve
    } catch (GeneralSecurityException e) {
      throw new JOSEException("every JDK has Ed25519", e);
    }
  }

  @Override
  public Set<JWSAlgorithm> supportedJWSAlgorithms() {
    return Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);
  }

  @Override
  public JCAContext getJCAContext() {
    return new JCAContext();
  }
}
