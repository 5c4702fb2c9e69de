package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whom a client certificate stands for, by its subject alternative names alone: a common name has
 * no form, and CAs let people choose it. The TLS handshake has verified the chain before.
 */
final class ClientCertificates {
  private final Map<CertificateName, Caller> mapped;

  ClientCertificates(Map<CertificateName, Caller> mapped) {
    this.mapped = mapped;
  }

  Peer peer(X509Certificate certificate) {
    Set<Caller> callers = new HashSet<>();
    for (List<?> name : names(certificate)) {
      for (CertificateName.Kind kind : CertificateName.Kind.values()) {
        if (name.get(0).equals(kind.number) && name.get(1) instanceof String value) {
          add(callers, kind, value);
        }
      }
    }
    // Two names that stand for two callers leave it open who this is.
    Caller only = callers.size() == 1 ? callers.iterator().next() : null;
    Instant end = certificate.getNotAfter().toInstant();
    return new Peer(only == null ? null : only.until(end), end);
  }

  private void add(Set<Caller> callers, CertificateName.Kind kind, String value) {
    if (!value.isEmpty() && !value.contains("*")) {
      Caller caller = mapped.get(new CertificateName(kind, value));
      if (caller != null) {
        callers.add(caller);
      }
    }
  }

  private static Collection<List<?>> names(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of(); // a name that cannot be read is no name of ours
    }
  }
}
