package io.waybill.server.auth;

/** What a call has to come with. What comes beside it has to hold, too. */
public enum Require {
  /** A bearer token; client certificates are not asked for. */
  JWT,
  /** A client certificate that is mapped to a tenant; headers are not looked at. */
  MTLS,
  /** A token, a mapped certificate, or both. */
  EITHER,
  /** A token and a mapped certificate. */
  BOTH;

  boolean takesTokens() {
    return this != MTLS;
  }

  public boolean takesCertificates() {
    return this != JWT;
  }

  boolean needsToken() {
    return this == JWT || this == BOTH;
  }

  /** Whether TLS itself turns away whoever has no certificate. */
  public boolean needsCertificate() {
    return this == MTLS || this == BOTH;
  }

  String accepts() {
    return switch (this) {
      case JWT -> "authorization: Bearer JWT";
      case MTLS -> "client certificate";
      case EITHER -> "authorization: Bearer JWT, or client certificate";
      case BOTH -> "authorization: Bearer JWT, and client certificate";
    };
  }
}
