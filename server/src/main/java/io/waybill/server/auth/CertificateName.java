package io.waybill.server.auth;

import java.util.Locale;

/**
 * A subject alternative name, to be met exactly: no wildcard, no prefix.
 *
 * @param kind which of the kinds that a certificate may have
 * @param value as it stands in the certificate; DNS names in lower case
 */
public record CertificateName(Kind kind, String value) {

  /** The kinds that name a service; the numbers are those of RFC 5280's GeneralName. */
  public enum Kind {
    DNS(2),
    URI(6);

    final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  public CertificateName {
    if (value.isEmpty() || value.contains("*")) {
      throw new IllegalArgumentException("an exact name, without *");
    }
    value = kind == Kind.DNS ? value.toLowerCase(Locale.ROOT) : value;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + value;
  }
}
