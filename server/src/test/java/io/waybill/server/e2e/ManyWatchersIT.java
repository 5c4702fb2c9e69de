package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.waybill.server.ClosingLines;
import io.waybill.v1.AbortRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import io.waybill.v1.UploadState;
import io.waybill.v1.WatchUploadRequest;
import io.waybill.v1.WatchUploadResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand watchers of ten thousand uploads, over a hundred connections, on one server. */
class ManyWatchersIT {
  private static final int CONNECTIONS = 100;
  private static final int WATCHERS = 10_000;
  private static final int CHANGES = 200;

  /** How many calls are under way while the streams are opened. */
  private static final int AT_ONCE = 50;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Semaphore permits = new Semaphore(AT_ONCE);

  @Test
  void costMemoryAndNoThreads() throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        channels.add(NettyChannelBuilder.forTarget(server.target()).usePlaintext().build());
      }
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < WATCHERS; i++) {
        ids.add(start(stub(channels, i)));
      }
      long bytesBefore = liveBytes(server);
      int threadsBefore = threads(server);

      for (int i = 0; i < WATCHERS; i++) {
        permits.acquire();
        UploadServiceGrpc.newStub(channels.get(i % CONNECTIONS))
            .watchUpload(WatchUploadRequest.newBuilder().setUploadId(ids.get(i)).build(), stream());
      }
      await().atMost(PATIENCE).until(() -> told.get() == WATCHERS || !failures.isEmpty());
      assertThat(failures).isEmpty();
      long bytes = (liveBytes(server) - bytesBefore) / WATCHERS;
      int threads = threads(server);
      assertThat(bytes).isBetween(100L, 5_000L);
      assertThat(threads).isLessThan(threadsBefore + 20);

      for (int i = 0; i < CHANGES; i++) {
        var unused =
            stub(channels, i).abort(AbortRequest.newBuilder().setUploadId(ids.get(i)).build());
      }
      await().atMost(PATIENCE).until(() -> ended.get() == CHANGES || !failures.isEmpty());
      assertThat(failures).isEmpty();
      assertThat(told.get()).isEqualTo(WATCHERS + CHANGES);

      channels.forEach(ManagedChannel::shutdownNow);
      await()
          .atMost(PATIENCE)
          .until(() -> (liveBytes(server) - bytesBefore) / WATCHERS < bytes / 5);
      ClosingLines.add(
          "watchers=%d bytes_each=%d threads_before=%d threads=%d"
              .formatted(WATCHERS, bytes, threadsBefore, threads));
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static UploadServiceBlockingStub stub(List<ManagedChannel> channels, int number) {
    return UploadServiceGrpc.newBlockingStub(channels.get(number % CONNECTIONS));
  }

  private static String start(UploadServiceBlockingStub stub) {
    return stub.startUpload(
            StartUploadRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setFilename("a.bin")
                .setSizeBytes(1)
                .build())
        .getUpload()
        .getUploadId();
  }

  private StreamObserver<WatchUploadResponse> stream() {
    return new StreamObserver<>() {
      private boolean begun;

      @Override
      public void onNext(WatchUploadResponse message) {
        told.incrementAndGet();
        if (!begun) {
          begun = true;
          permits.release();
        }
        if (message.getUpload().getState() == UploadState.UPLOAD_STATE_ABORTED) {
          ended.incrementAndGet();
        }
      }

      @Override
      public void onError(Throwable t) {
        if (!begun) {
          permits.release();
        }
        failures.add(t);
      }

      @Override
      public void onCompleted() {}
    };
  }

  /** What the server's heap holds after a full collection, by the JDK's own count. */
  private static long liveBytes(ServerProcess server) throws Exception {
    String histogram = jcmd(server, "GC.class_histogram");
    String total =
        histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElse("");
    return Long.parseLong(total.strip().substring(total.strip().lastIndexOf(' ') + 1));
  }

  private static String jcmd(ServerProcess server, String command) throws Exception {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(tool.toString(), String.valueOf(server.pid()), command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static int threads(ServerProcess server) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream()
        .filter(line -> line.startsWith("Threads:"))
        .map(line -> Integer.parseInt(line.substring("Threads:".length()).strip()))
        .findFirst()
        .orElseThrow();
  }
}
