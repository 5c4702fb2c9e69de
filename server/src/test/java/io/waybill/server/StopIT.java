package io.waybill.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.server.s3.S3Storage;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In which order a server stops. */
class StopIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** Else callers are sent to it for as long as events take. */
  @Test
  void healthSaysSoWhileEventsAreStillHeard() throws Exception {
    int webhook = freePort();
    try (ServerSocket silentS3 = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      ServerConfig config = config(silentS3.getLocalPort(), webhook);
      TestFindings.rememberAws(config);
      S3Storage storage = S3Storage.open(config.connections(), "key", "secret", Clock.systemUTC());
      WaybillServer server = WaybillServer.start(config, storage);
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(server.target()).usePlaintext().build();
      Thread stop = new Thread(server::close);
      try {
        BlockingQueue<ServingStatus> health = watchHealth(channel);
        await().atMost(PATIENCE).until(() -> health.poll() == ServingStatus.SERVING);
        var unused =
            UploadServiceGrpc.newFutureStub(channel)
                .startUpload(
                    StartUploadRequest.newBuilder()
                        .setRequestId("r")
                        .setDestination("a")
                        .setFilename("f")
                        .setSizeBytes(1)
                        .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
                        .build());
        try (Socket asked = silentS3.accept()) { // the call waits, and the server for the call
          assertThat(asked.isConnected()).isTrue();
          stop.start();
          await().atMost(PATIENCE).until(() -> health.poll() == ServingStatus.NOT_SERVING);

          assertThat(push(webhook)).as("heard, though not believed").isEqualTo(401);
        }
      } finally {
        silentS3.close();
        channel.shutdownNow();
        server.close();
      }
      stop.join(PATIENCE.toMillis());
      assertThat(stop.isAlive()).isFalse();
    }
  }

  private static BlockingQueue<ServingStatus> watchHealth(ManagedChannel channel) {
    BlockingQueue<ServingStatus> seen = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(channel)
        .watch(
            HealthCheckRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                seen.add(response.getStatus());
              }

              @Override
              public void onError(Throwable end) {}

              @Override
              public void onCompleted() {}
            });
    return seen;
  }

  private static int push(int port) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/events"))
            .POST(BodyPublishers.ofString("{}"))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }

  private ServerConfig config(int s3, int webhook) throws Exception {
    Path secret = Files.write(folder.resolve("secret"), "0123456789abcdef".getBytes(UTF_8));
    String yaml =
        """
        events: {webhook: {listen: '127.0.0.1:%d', secret_file: '%s'}}
        destinations:
          - name: a
            bucket: b
            region: us-east-1
            endpoint: http://127.0.0.1:%d
            startup_checks: off
        """
            .formatted(webhook, secret, s3);
    return ServerConfig.parse(
        yaml, Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
