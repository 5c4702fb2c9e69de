package io.waybill.server;

import io.waybill.server.auth.AuthSettings;
import io.waybill.server.grpc.Reflection;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Who may call, and how the calls travel.
 *
 * @param tls null for plaintext
 * @param auth null where nobody is asked who he is
 * @param reflection who may ask what the server speaks
 * @param pageTokenKeyFile null for a file in the data directory, which is made
 */
public record SecurityConfig(
    @Nullable TlsConfig tls,
    @Nullable AuthSettings auth,
    Reflection reflection,
    @Nullable Path pageTokenKeyFile) {

  static SecurityConfig read(ConfigSection root) {
    ConfigSection tlsSection = root.section("tls");
    ConfigSection authSection = root.section("auth");
    TlsConfig tls = tlsSection.isPresent() ? TlsConfig.read(tlsSection) : null;
    AuthSettings auth = authSection.isPresent() ? AuthConfig.read(authSection) : null;
    boolean certificates = auth != null && auth.require().takesCertificates();
    if (certificates && (tls == null || tls.clientCa() == null)) {
      authSection.problem("mtls", "needs tls.client_ca, which vouches for the certificates");
    }
    if (tls != null && tls.clientCa() != null && authSection.isPresent() && !certificates) {
      tlsSection.problem(
          "client_ca", "only with auth.mtls, which says whose certificates these are");
    }
    Reflection reflection = reflection(root, authSection.isPresent());
    if (reflection == Reflection.AUTHENTICATED && !authSection.isPresent()) {
      root.problem("reflection", "on or off; authenticated needs auth");
    }
    return new SecurityConfig(tls, auth, reflection, root.path("page_token_key_file"));
  }

  private static Reflection reflection(ConfigSection root, boolean auth) {
    String text = root.text("reflection", auth ? "off" : "on");
    for (Reflection each : Reflection.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    root.problem("reflection", "on, off or authenticated, not " + text);
    return Reflection.OFF;
  }

  /** Whether strangers can neither listen nor call. */
  boolean isSafeAnywhere() {
    return tls != null && auth != null;
  }
}
