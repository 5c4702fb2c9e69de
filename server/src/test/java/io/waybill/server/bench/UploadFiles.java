package io.waybill.server.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** The files that are uploaded, built once. */
final class UploadFiles {
  private static final int MIB = 1 << 20;

  private UploadFiles() {}

  /** Random bytes. */
  static Path random(Settings settings, int mib) throws IOException {
    Path folder = Files.createDirectories(settings.fixtures().resolve("upload"));
    Path file = folder.resolve("random-" + mib + ".bin");
    if (!Files.exists(file)) {
      Path part = folder.resolve("random-" + mib + ".part");
      write(part, mib);
      var unused = Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  private static void write(Path file, int mib) throws IOException {
    Random random = new Random(mib);
    byte[] bytes = new byte[MIB];
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int i = 0; i < mib; i++) {
        random.nextBytes(bytes);
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          channel.write(left);
        }
      }
    }
  }
}
