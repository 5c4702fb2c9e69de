package io.waybill.server.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The smallest heap with which the Uploader brings 2 GiB to S3. What it has outside the heap counts
 * too: Java allows as much for direct buffers as for the heap, and no more.
 */
final class UploadHeapBench implements Benchmark {

  @Override
  public String name() {
    return "upload-heap";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Path file = UploadFiles.random(settings, settings.pick(2048, 32));
    try (SinkStack stack = SinkStack.start(settings.scratch())) {
      for (int mib : settings.pick(List.of(12, 16, 20, 24, 32, 48, 64, 128), List.of(64))) {
        if (isEnough(stack, mib, file, figures)) {
          figures.put(Figure.UPLOAD_HEAP_MIB, mib);
          return;
        }
      }
    }
    throw new AssertionError("no heap is large enough");
  }

  private static boolean isEnough(SinkStack stack, int mib, Path file, Figures figures)
      throws IOException {
    List<String> flags = List.of("-Xmx" + mib + "m", "-XX:+ExitOnOutOfMemoryError");
    try (JavaProcess client = stack.client("waybill", flags)) {
      UploadTime time = UploadTime.parse(client.ask(file.toString()));
      figures.note("a client with -Xmx%dm: %.1f s".formatted(mib, time.wallSeconds()));
      return true;
    } catch (IOException | AssertionError e) {
      figures.note("a client with -Xmx" + mib + "m does not get there");
      return false;
    }
  }
}
