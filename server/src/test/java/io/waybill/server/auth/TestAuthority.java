package io.waybill.server.auth;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A CA, and the certificates it gives to whoever asks. */
public final class TestAuthority {
  private static final Duration A_DAY = Duration.ofDays(1);

  /** A certificate with its key, in files as servers and clients read them. */
  public record Identity(X509Certificate certificate, KeyPair keys, Path chain, Path privateKey) {}

  private final Path folder;
  private final String name;
  private final KeyPair keys = ec();
  private final X509Certificate own;
  private int issued;

  public TestAuthority(Path folder, String name) {
    this.folder = folder;
    this.name = name;
    this.own = certificate(name, keys, Instant.now().plus(A_DAY), true, List.of());
    write(caFile(), own);
  }

  /** PEM, for whoever trusts this CA. */
  public Path caFile() {
    return folder.resolve(name + "-ca.crt");
  }

  public X509Certificate certificate() {
    return own;
  }

  public static GeneralName uri(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  public static GeneralName dns(String dns) {
    return new GeneralName(GeneralName.dNSName, dns);
  }

  /** Of a server on the loopback address. */
  public Identity server() {
    GeneralName address = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
    return issue("server", Instant.now().plus(A_DAY), address, dns("localhost"));
  }

  public Identity issue(String commonName, GeneralName... names) {
    return issue(commonName, Instant.now().plus(A_DAY), names);
  }

  public Identity issue(String commonName, Instant notAfter, GeneralName... names) {
    KeyPair subject = ec();
    X509Certificate made = certificate(commonName, subject, notAfter, false, List.of(names));
    issued++;
    Path chain = folder.resolve(name + "-" + issued + ".crt");
    Path privateKey = folder.resolve(name + "-" + issued + ".key");
    write(chain, made);
    try {
      write(privateKey, new JcaPKCS8Generator(subject.getPrivate(), null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Identity(made, subject, chain, privateKey);
  }

  private X509Certificate certificate(
      String commonName, KeyPair subject, Instant notAfter, boolean ca, List<GeneralName> names) {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + name),
            new BigInteger(64, new SecureRandom()),
            Date.from(Instant.now().minus(A_DAY)),
            Date.from(notAfter),
            new X500Name("CN=" + commonName),
            subject.getPublic());
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      if (!names.isEmpty()) {
        GeneralNames all = new GeneralNames(names.toArray(GeneralName[]::new));
        builder.addExtension(Extension.subjectAlternativeName, false, all);
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair ec() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Path file, Object pem) {
    StringWriter text = new StringWriter();
    try {
      try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
        writer.writeObject(pem);
      }
      Files.writeString(file, text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
