package io.waybill.server;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.waybill.server.auth.AuthSettings;
import io.waybill.server.auth.Authentication;
import io.waybill.server.auth.Background;
import io.waybill.server.grpc.AuthenticatedCallers;
import io.waybill.server.grpc.Callers;
import io.waybill.server.grpc.NamedTenants;
import io.waybill.server.grpc.PageTokens;
import io.waybill.server.grpc.Permissions;
import io.waybill.server.grpc.ReloadedTls;
import io.waybill.server.upload.Caller;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the network and the service: how connections are made, who is calling, and
 * what he may do.
 *
 * @param keysThere done once whoever calls can be known
 */
record Entrance(
    ServerCredentials credentials,
    Callers callers,
    Permissions permissions,
    PageTokens pageTokens,
    CompletableFuture<Void> keysThere) {

  /** Where nobody is asked who he is, everybody is this. */
  private static final Caller ANYBODY = new Caller("default", "anonymous");

  private static final String PAGE_TOKEN_KEY = "page-token.key";

  /**
   * Reads keys and certificates.
   *
   * @param closing closes what looks after them
   * @throws IOException in one line, where a file cannot be used
   */
  static Entrance open(ServerConfig config, Closing closing, Clock clock) throws IOException {
    SecurityConfig security = config.security();
    AuthSettings auth = security.auth();
    Background background = closing.add(new Background());
    Authentication authentication =
        auth == null ? null : closing.add(Authentication.open(auth, background, clock));
    Callers callers =
        authentication == null
            ? (call, headers) -> CompletableFuture.completedFuture(ANYBODY)
            : new AuthenticatedCallers(authentication);
    return new Entrance(
        credentials(security.tls(), auth, background),
        new NamedTenants(callers),
        Permissions.of(security.reflection()),
        new PageTokens(pageTokenKey(config)),
        authentication == null
            ? CompletableFuture.completedFuture(null)
            : authentication.keysThere());
  }

  private static ServerCredentials credentials(
      @Nullable TlsConfig tls, @Nullable AuthSettings auth, Background background)
      throws IOException {
    return tls == null
        ? InsecureServerCredentials.create()
        : ReloadedTls.open(
            tls.certificate(),
            tls.privateKey(),
            tls.clientCa(),
            asked(auth),
            tls.reloadInterval(),
            background);
  }

  private static ReloadedTls.ClientCertificate asked(@Nullable AuthSettings auth) {
    if (auth == null) {
      return ReloadedTls.ClientCertificate.REQUIRED; // where there is a client_ca at all
    }
    if (!auth.require().takesCertificates()) {
      return ReloadedTls.ClientCertificate.NOT_ASKED;
    }
    return auth.require().needsCertificate()
        ? ReloadedTls.ClientCertificate.REQUIRED
        : ReloadedTls.ClientCertificate.OPTIONAL;
  }

  private static byte[] pageTokenKey(ServerConfig config) throws IOException {
    Path file = config.security().pageTokenKeyFile();
    return file == null
        ? SecretFile.readOrMake(config.dataDir().resolve(PAGE_TOKEN_KEY), PageTokens.MIN_KEY_BYTES)
        : SecretFile.read(file, PageTokens.MIN_KEY_BYTES);
  }
}
