package io.waybill.server;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The files of TLS, all PEM.
 *
 * @param certificate the server's own, then its chain
 * @param privateKey its key, PKCS #8
 * @param clientCa who vouches for client certificates; null where none are asked for
 * @param reloadInterval between two looks at whether a file changed, 1 s or more
 */
public record TlsConfig(
    Path certificate, Path privateKey, @Nullable Path clientCa, Duration reloadInterval) {

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  static @Nullable TlsConfig read(ConfigSection section) {
    var unusedCertificate = section.required("certificate");
    var unusedKey = section.required("private_key");
    Path certificate = section.path("certificate");
    Path privateKey = section.path("private_key");
    Path clientCa = section.path("client_ca");
    Duration interval = section.duration("reload_interval", INTERVAL);
    if (interval.isZero()) {
      section.problem("reload_interval", "1s or more");
    }
    section.refuseUnknownKeys();
    return certificate == null || privateKey == null
        ? null
        : new TlsConfig(certificate, privateKey, clientCa, interval);
  }
}
