package io.waybill.server.grpc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.waybill.server.auth.Authentication;
import io.waybill.server.auth.Peer;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Takes the header and the certificate off a call, and asks who that is. */
public final class AuthenticatedCallers implements Callers {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** More connections than one server holds; what falls out is only read again. */
  private static final int MAX_CONNECTIONS = 20_000;

  private final Authentication authentication;

  /** Names are read out of a certificate once a connection, not once a call. */
  private final Cache<SSLSession, Optional<Peer>> peers =
      Caffeine.newBuilder().weakKeys().maximumSize(MAX_CONNECTIONS).build();

  public AuthenticatedCallers(Authentication authentication) {
    this.authentication = authentication;
  }

  @Override
  public CompletableFuture<Caller> identify(ServerCall<?, ?> call, Metadata headers) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    Peer peer = session == null ? null : peers.get(session, this::peer).orElse(null);
    SocketAddress connection = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return authentication.authenticate(
        Headers.only(headers, AUTHORIZATION, AuthenticatedCallers::several),
        peer,
        connection == null ? "" : connection);
  }

  private Optional<Peer> peer(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate own
          ? Optional.of(authentication.peer(own))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // it has not given one
    }
  }

  private static UploadException several() {
    return new UploadException(
        Reason.UNAUTHENTICATED,
        "one authorization header, not several",
        Map.of("problem", "malformed"));
  }
}
