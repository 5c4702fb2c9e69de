package io.waybill.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@link SinkS3} and a Waybill before it, each a process. */
final class SinkStack implements AutoCloseable {
  private static final String CONFIG =
      """
      destinations:
        - name: main
          bucket: %s
          region: %s
          endpoint: http://127.0.0.1:%d
          path_style: true
          part_size: 8MiB
          max_size: 10GiB
          content_types: ["application/*"]
          startup_checks: off # what the sink stores is gone
      """;

  private final Path folder;
  private final JavaProcess sink;
  private final int port;
  private final ServerProcess server;

  private SinkStack(Path folder, JavaProcess sink, int port, ServerProcess server) {
    this.folder = folder;
    this.sink = sink;
    this.port = port;
    this.server = server;
  }

  static SinkStack start(Path scratch) throws IOException {
    Path folder = Files.createTempDirectory(scratch, "upload-");
    JavaProcess sink = JavaProcess.start(SinkS3.class, folder.resolve("sink.log"), List.of());
    try {
      int port = Integer.parseInt(sink.line());
      String config = CONFIG.formatted(SinkS3.BUCKET, SinkS3.REGION, port);
      return new SinkStack(folder, sink, port, ServerProcess.configured(folder, config));
    } catch (IOException | RuntimeException | Error e) {
      sink.close();
      throw e;
    }
  }

  /** An {@link UploadClient}. */
  JavaProcess client(String way, List<String> flags) throws IOException {
    String address = way.equals("waybill") ? server.target() : "http://127.0.0.1:" + port;
    Path log = folder.resolve(way + ".log");
    return JavaProcess.start(UploadClient.class, log, flags, way, address, UploadBench.CONNECTIONS);
  }

  /** What storing used so far, which is the same work for every client. */
  Duration sinkCpu() {
    return sink.cpu();
  }

  /** What the Waybill before it used so far. */
  Duration serverCpu() {
    return server.cpu();
  }

  @Override
  public void close() throws IOException {
    try (sink) {
      server.close();
    }
  }
}
