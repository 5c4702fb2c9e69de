package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
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
