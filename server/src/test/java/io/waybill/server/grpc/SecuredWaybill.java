package io.waybill.server.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.auth.AuthSettings;
import io.waybill.server.auth.Authentication;
import io.waybill.server.auth.Background;
import io.waybill.server.auth.CertificateName;
import io.waybill.server.auth.JwtSettings;
import io.waybill.server.auth.Require;
import io.waybill.server.auth.TestAuthentication;
import io.waybill.server.auth.TestAuthority;
import io.waybill.server.auth.TestIssuer;
import io.waybill.server.upload.Caller;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The server on a real port, that asks its callers who they are. */
final class SecuredWaybill implements AutoCloseable {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Duration LOOK = Duration.ofMillis(50);

  final Rig rig = new Rig();
  final TestIssuer issuer = new TestIssuer(Clock.systemUTC());
  private final Path folder;
  private GrpcLimits limits = GrpcLimits.DEFAULT;
  private final Background background = new Background();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private @Nullable Authentication authentication;
  private @Nullable GrpcServer server;

  SecuredWaybill(Path folder) {
    this.folder = folder;
  }

  /** With bearer tokens over plaintext. */
  static SecuredWaybill withTokens(Path folder, Reflection reflection) {
    SecuredWaybill waybill = new SecuredWaybill(folder);
    waybill.startPlaintext(reflection);
    return waybill;
  }

  /** With bearer tokens over plaintext. */
  void startPlaintext(Reflection reflection) {
    start(Require.JWT, Map.of(), InsecureServerCredentials.create(), reflection);
  }

  /** With other limits than the defaults. */
  SecuredWaybill with(GrpcLimits other) {
    limits = other;
    return this;
  }

  /** With client certificates, and tokens where they are asked for. */
  SecuredWaybill startTls(
      Require require,
      Map<CertificateName, Caller> certificates,
      TestAuthority.Identity own,
      Path clientCa) {
    try {
      ServerCredentials tls =
          ReloadedTls.open(
              own.chain(),
              own.privateKey(),
              clientCa,
              require.needsCertificate()
                  ? ReloadedTls.ClientCertificate.REQUIRED
                  : ReloadedTls.ClientCertificate.OPTIONAL,
              LOOK,
              background);
      start(require, certificates, tls, Reflection.OFF);
      return this;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void start(
      Require require,
      Map<CertificateName, Caller> certificates,
      ServerCredentials credentials,
      Reflection reflection) {
    JwtSettings jwt = TestAuthentication.byFile(TestAuthentication.publish(folder, issuer));
    AuthSettings settings =
        new AuthSettings(require, require == Require.MTLS ? null : jwt, certificates);
    Authentication opened = TestAuthentication.open(settings, background, Clock.systemUTC());
    authentication = opened;
    Callers callers = new NamedTenants(new AuthenticatedCallers(opened));
    Permissions permissions = Permissions.of(reflection);
    try {
      server =
          GrpcServer.start(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              credentials,
              limits.withShutdownGrace(Duration.ofMillis(200)),
              List.of(rig.service),
              List.of(new CallerInterceptor(callers, permissions, rig.calls, rig.errors)),
              permissions,
              rig.errors);
      server.ready();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  int port() {
    return Objects.requireNonNull(server).port();
  }

  ManagedChannel plaintext() {
    return kept(
        NettyChannelBuilder.forAddress("127.0.0.1", port())
            .maxInboundMetadataSize(64 << 10)
            .usePlaintext()
            .build());
  }

  /** A new connection each, so that what is trusted now is what counts. */
  ManagedChannel tls(Path serverCa, TestAuthority.@Nullable Identity own) {
    try {
      TlsChannelCredentials.Builder tls =
          TlsChannelCredentials.newBuilder().trustManager(serverCa.toFile());
      if (own != null) {
        tls.keyManager(own.chain().toFile(), own.privateKey().toFile());
      }
      ChannelCredentials credentials = tls.build();
      return kept(NettyChannelBuilder.forAddress("127.0.0.1", port(), credentials).build());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ManagedChannel kept(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  UploadServiceBlockingStub stub(ManagedChannel channel, String... headers) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    return UploadServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  UploadServiceBlockingStub as(ManagedChannel channel, String tenant, String... roles) {
    return stub(channel, "authorization", "Bearer " + issuer.token(tenant, roles));
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (server != null) {
      server.close();
    }
    if (authentication != null) {
      authentication.close();
    }
    background.close();
    rig.close();
  }
}
