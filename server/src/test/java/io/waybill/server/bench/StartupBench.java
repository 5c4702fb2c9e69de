package io.waybill.server.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * From the start of a process to its first durable answer, beside a server that does little else.
 */
final class StartupBench implements Benchmark {
  private static final long MOST_SECONDS = 60;

  @Override
  public String name() {
    return "startup";
  }

  private interface Start {
    ServerProcess in(Path folder) throws IOException;
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Start waybill = ServerProcess::waybill;
    Start bare = folder -> ServerProcess.of(BareServer.class, folder);
    List<Double> ours = new ArrayList<>();
    List<Double> oursAgain = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    List<Double> theirsAgain = new ArrayList<>();
    int warm = settings.pick(2, 1);
    for (int i = -warm; i < settings.pick(11, 1); i++) {
      Path oursFolder = Files.createDirectories(settings.scratch().resolve("start-ours" + i));
      Path bareFolder = Files.createDirectories(settings.scratch().resolve("start-bare" + i));
      double[] nanos = {
        nanos(waybill, oursFolder),
        nanos(bare, bareFolder),
        nanos(waybill, oursFolder),
        nanos(bare, bareFolder)
      };
      if (i >= 0) {
        ours.add(nanos[0]);
        theirs.add(nanos[1]);
        oursAgain.add(nanos[2]);
        theirsAgain.add(nanos[3]);
      }
    }
    figures.put(Figure.STARTUP_VS_BARE, median(ours) / median(theirs));
    figures.note(
        String.format(
            Locale.ROOT,
            "start to first durable call: ours %.2f s, bare %.2f s;"
                + " on a database that is there %.2f s, %.2f s (÷ %.2f)",
            median(ours) / 1e9,
            median(theirs) / 1e9,
            median(oursAgain) / 1e9,
            median(theirsAgain) / 1e9,
            median(oursAgain) / median(theirsAgain)));
  }

  private static double nanos(Start start, Path folder) throws IOException {
    long begin = System.nanoTime();
    try (ServerProcess server = start.in(folder)) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(server.target()).usePlaintext().directExecutor().build();
      try {
        String id =
            UploadServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(MOST_SECONDS, TimeUnit.SECONDS)
                .startUpload(
                    StartUploadRequest.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setDestination(Sessions.DESTINATION)
                        .setFilename("film.mp4")
                        .setContentType("video/mp4")
                        .setSizeBytes(1_000)
                        .setMode(UploadMode.UPLOAD_MODE_SINGLE)
                        .build())
                .getUpload()
                .getUploadId();
        double nanos = System.nanoTime() - begin;
        if (id.isEmpty()) {
          throw new AssertionError("no upload was started");
        }
        return nanos;
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static double median(List<Double> values) {
    return Rounds.median(values.stream().mapToDouble(v -> v).toArray());
  }
}
