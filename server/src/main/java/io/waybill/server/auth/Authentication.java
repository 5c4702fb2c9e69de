package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Role;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells who is calling by what the call came with. Never blocks, so that it may run on an event
 * loop: a token that is known costs a hash, and a new one is verified on another thread.
 */
public final class Authentication implements AutoCloseable {
  private static final String BEARER = "Bearer ";

  private final Require require;
  private final @Nullable BearerTokens tokens;
  private final ClientCertificates certificates;
  private final Clock clock;

  private Authentication(
      Require require,
      @Nullable BearerTokens tokens,
      ClientCertificates certificates,
      Clock clock) {
    this.require = require;
    this.tokens = tokens;
    this.certificates = certificates;
    this.clock = clock;
  }

  /**
   * Reads the keys, or begins to fetch them.
   *
   * @param background where keys are read again; closed by whoever made it
   * @throws IOException in one line for the operator, where a file of keys cannot be used
   */
  public static Authentication open(AuthSettings settings, Background background, Clock clock)
      throws IOException {
    JwtSettings jwt = settings.jwt();
    return new Authentication(
        settings.require(),
        jwt == null ? null : BearerTokens.open(jwt, background, clock),
        new ClientCertificates(settings.certificates()),
        clock);
  }

  /** What a certificate says; to be asked once a connection. */
  public Peer peer(X509Certificate certificate) {
    return certificates.peer(certificate);
  }

  /** Done once there are keys to verify tokens with; where none are taken, from the beginning. */
  public CompletableFuture<Void> keysThere() {
    return tokens == null ? CompletableFuture.completedFuture(null) : tokens.keysThere();
  }

  /**
   * The caller. It is told at once, unless a token has to be verified that is not known.
   *
   * @param authorization the header's text, null where there is none
   * @param peer by the connection's certificate, null where it has none
   * @param connection which one it is, by equality
   * @return fails with the same as this throws
   * @throws io.waybill.server.upload.UploadException UNAUTHENTICATED, PERMISSION_DENIED,
   *     AUTHENTICATION_UNAVAILABLE while keys are being fetched, or OVERLOADED where too many
   *     tokens wait
   */
  public CompletableFuture<Caller> authenticate(
      @Nullable String authorization, @Nullable Peer peer, Object connection) {
    Caller byCertificate = peer == null ? null : byCertificate(peer);
    if (authorization == null || tokens == null) {
      if (byCertificate == null || require.needsToken()) {
        throw Refusals.missing(require.accepts());
      }
      return CompletableFuture.completedFuture(byCertificate);
    }
    CompletableFuture<Caller> byToken = tokens.caller(bearer(authorization), connection);
    return byCertificate == null && !require.needsCertificate()
        ? byToken
        : byToken.thenApply(caller -> both(caller, byCertificate));
  }

  private @Nullable Caller byCertificate(Peer peer) {
    if (!require.takesCertificates()) {
      return null;
    }
    if (clock.instant().isAfter(peer.notAfter())) {
      throw Refusals.expiredCertificate();
    }
    if (peer.caller() == null && require.needsCertificate()) {
      throw Refusals.denied("no name of the client certificate is mapped to a tenant");
    }
    return peer.caller();
  }

  /** A stolen token is of no use with another's certificate, and each can only take away. */
  private Caller both(Caller byToken, @Nullable Caller byCertificate) {
    if (byCertificate == null) {
      throw Refusals.missing(require.accepts());
    }
    if (!byToken.tenant().equals(byCertificate.tenant())) {
      throw Refusals.denied("the token and the client certificate are of different tenants");
    }
    Caller caller = byToken.until(byCertificate.until());
    if (byCertificate.roles().containsAll(byToken.roles())) {
      return caller;
    }
    Set<Role> common = EnumSet.noneOf(Role.class);
    common.addAll(byToken.roles());
    common.retainAll(byCertificate.roles());
    return new Caller(caller.tenant(), caller.subject(), common, caller.until());
  }

  @Override
  public void close() {
    if (tokens != null) {
      tokens.close();
    }
  }

  private static String bearer(String authorization) {
    if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw Refusals.notBearer();
    }
    return authorization.substring(BEARER.length());
  }
}
