package io.waybill.server.grpc;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.CertificateUtils;
import io.waybill.server.auth.Background;
import io.waybill.server.auth.WatchedFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS whose files are read again when they change: connections made from then on use them. */
public final class ReloadedTls {

  /** Whether a client has to show a certificate. */
  public enum ClientCertificate {
    NOT_ASKED,
    OPTIONAL,
    REQUIRED
  }

  private ReloadedTls() {}

  /**
   * Reads the files, and watches them.
   *
   * @param certificate PEM, the server's own first, then its chain
   * @param privateKey PEM, PKCS #8, without a password
   * @param clientCa PEM, whose clients are taken; null where none are asked for
   * @param interval between two looks at the files
   * @throws IOException in one line, where a file cannot be used
   */
  public static ServerCredentials open(
      Path certificate,
      Path privateKey,
      @Nullable Path clientCa,
      ClientCertificate asked,
      Duration interval,
      Background background)
      throws IOException {
    AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
    WatchedFiles own =
        WatchedFiles.load(
            List.of(certificate, privateKey), () -> load(identity, certificate, privateKey));
    background.every(interval, own::look);
    TlsServerCredentials.Builder tls = TlsServerCredentials.newBuilder().keyManager(identity);
    if (clientCa != null && asked != ClientCertificate.NOT_ASKED) {
      AdvancedTlsX509TrustManager trusted = trustNobody();
      WatchedFiles authorities =
          WatchedFiles.load(List.of(clientCa), () -> load(trusted, clientCa));
      background.every(interval, authorities::look);
      tls.trustManager(new UnnamedAuthorities(trusted))
          .clientAuth(
              asked == ClientCertificate.REQUIRED
                  ? TlsServerCredentials.ClientAuth.REQUIRE
                  : TlsServerCredentials.ClientAuth.OPTIONAL);
    }
    return tls.build();
  }

  private static AdvancedTlsX509TrustManager trustNobody() throws IOException {
    try {
      // The chain, all of it; a client has no host name to compare.
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
          .build();
    } catch (CertificateException e) {
      throw new IOException("this JDK makes no trust manager", e);
    }
  }

  private static void load(AdvancedTlsX509KeyManager identity, Path certificate, Path privateKey)
      throws IOException, GeneralSecurityException {
    X509Certificate[] chain = chain(certificate);
    PrivateKey key;
    try (InputStream in = Files.newInputStream(privateKey)) {
      key = CertificateUtils.getPrivateKey(in);
    }
    requirePair(chain[0], key);
    identity.updateIdentityCredentials(chain, key);
  }

  private static void load(AdvancedTlsX509TrustManager trusted, Path authorities)
      throws IOException, GeneralSecurityException {
    trusted.updateTrustCredentials(chain(authorities));
  }

  private static X509Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate[] chain = CertificateUtils.getX509Certificates(in);
      if (chain.length == 0) {
        throw new CertificateException("no certificate in " + file);
      }
      return chain;
    }
  }

  /** One of the two may have been written, and the other not yet. */
  private static void requirePair(X509Certificate certificate, PrivateKey key)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    if (!signature.verify(signed)) {
      throw new CertificateException("the certificate is not that of the private key");
    }
  }
}
