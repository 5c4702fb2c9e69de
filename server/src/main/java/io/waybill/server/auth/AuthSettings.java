package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How callers are known.
 *
 * @param require what a call has to come with
 * @param jwt how tokens are verified; null where none are taken
 * @param certificates each mapped name of a client certificate; empty where none are taken
 */
public record AuthSettings(
    Require require, @Nullable JwtSettings jwt, Map<CertificateName, Caller> certificates) {

  public AuthSettings {
    certificates = Map.copyOf(certificates);
    if (require.takesTokens() != (jwt != null)) {
      throw new IllegalArgumentException(require + " and jwt do not go together");
    }
    if (require.takesCertificates() == certificates.isEmpty()) {
      throw new IllegalArgumentException(require + " and mtls.tenants do not go together");
    }
  }
}
