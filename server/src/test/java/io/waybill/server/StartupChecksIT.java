package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.waybill.server.auth.TestAuthority;
import io.waybill.server.auth.TestIssuer;
import io.waybill.server.auth.TestJwksServer;
import io.waybill.server.dev.EmbeddedS3;
import io.waybill.server.s3.S3Storage;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupChecksIT {
  @TempDir Path folder;

  @Test
  void healthFollowsAnS3ThatComesLater() throws Exception {
    int port = freePort();
    ServerConfig config = config(port);
    S3Storage storage = S3Storage.open(config.connections(), "access", "secret", Clock.systemUTC());

    WaybillServer server = WaybillServer.start(config, storage);
    ManagedChannel channel = NettyChannelBuilder.forTarget(server.target()).usePlaintext().build();
    @Nullable EmbeddedS3 s3 = null;
    try {
      assertThat(server.awaitReady(Duration.ofMillis(300))).isFalse();
      assertThat(health(channel)).containsOnly(ServingStatus.NOT_SERVING);
      // What works without S3 is served.
      assertThat(
              UploadServiceGrpc.newBlockingStub(channel)
                  .listUploads(ListUploadsRequest.getDefaultInstance())
                  .getUploadsCount())
          .isZero();

      s3 = start(port);
      assertThat(server.awaitReady(Duration.ofSeconds(60))).isTrue();
      assertThat(health(channel)).containsOnly(ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
      server.close();
      if (s3 != null) {
        s3.close(); // last: it waits for connections to end
      }
    }
  }

  @Test
  void healthWaitsForTheKeysOfTheIssuer() throws Exception {
    TestIssuer issuer = new TestIssuer(Clock.systemUTC());
    CountDownLatch keys = new CountDownLatch(1);
    try (TestJwksServer jwks =
        new TestJwksServer(
            exchange -> {
              awaitQuietly(keys);
              TestJwksServer.of(issuer.jwks()).to(exchange);
            })) {
      String auth = "auth: {jwt: {issuer: i, audience: a, jwks_url: '%s'}}%n".formatted(jwks.url());
      try (WaybillServer server = withoutChecks(auth)) {
        ManagedChannel channel =
            NettyChannelBuilder.forTarget(server.target()).usePlaintext().build();
        try {
          await().until(() -> jwks.hits() == 1);
          assertThat(server.awaitReady(Duration.ofMillis(200))).isFalse();
          assertThat(health(channel)).containsOnly(ServingStatus.NOT_SERVING);

          keys.countDown();

          assertThat(server.awaitReady(Duration.ofSeconds(60))).isTrue();
          assertThat(health(channel)).containsOnly(ServingStatus.SERVING);
        } finally {
          channel.shutdownNow();
        }
      }
    } finally {
      keys.countDown();
    }
  }

  @Test
  void certificatesAloneNeedNobody() throws Exception {
    TestAuthority.Identity own = new TestAuthority(folder, "servers").server();
    String security =
        """
        tls: {certificate: '%s', private_key: '%s', client_ca: '%s'}
        auth: {mtls: {tenants: [{uri: 'spiffe://x', tenant: acme}]}}
        """
            .formatted(own.chain(), own.privateKey(), folder.resolve("servers-ca.crt"));
    try (WaybillServer server = withoutChecks(security)) {
      assertThat(server.awaitReady(Duration.ZERO)).isTrue();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts with nothing to ask of S3. */
  private WaybillServer withoutChecks(String security) {
    ServerConfig config =
        ServerConfig.parse(
            "destinations: [{name: a, bucket: b, region: us-east-1, startup_checks: off}]\n"
                + security,
            Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
    return WaybillServer.start(
        config, S3Storage.open(config.connections(), "access", "secret", Clock.systemUTC()));
  }

  private static Set<ServingStatus> health(ManagedChannel channel) {
    HealthGrpc.HealthBlockingStub stub = HealthGrpc.newBlockingStub(channel);
    return Set.copyOf(
        List.of("", UploadServiceGrpc.SERVICE_NAME).stream()
            .map(name -> HealthCheckRequest.newBuilder().setService(name).build())
            .map(request -> stub.check(request).getStatus())
            .toList());
  }

  private EmbeddedS3 start(int port) throws Exception {
    return EmbeddedS3.start(
        folder.resolve("s3"), port, "access", "secret", List.of("reports"), (key, part) -> {});
  }

  private ServerConfig config(int s3Port) {
    String yaml =
        """
        destinations:
          - name: a
            bucket: reports
            region: us-east-1
            endpoint: http://127.0.0.1:%d
            path_style: true
            key_prefix: in/
        """
            .formatted(s3Port);
    return ServerConfig.parse(
        yaml, Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
