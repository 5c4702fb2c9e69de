package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StreamSourceTest {

  private static final int PART = 1 << 20;

  @Test
  void spoolsPartsThatWouldNotFitIntoMemoryTogether() throws Exception {
    byte[] bytes = Bench.bytes(2 * PART);
    // 33 parts of 1 MiB at a time are more than 32 MiB.
    StreamSource source = new StreamSource(new ByteArrayInputStream(bytes), 2 * PART, 33);
    long before = spooled();

    ByteBuffer read = ByteBuffer.allocate(PART);
    try (PartBody unread = source.part(0, PART);
        PartBody body = source.part(PART, PART)) {
      assertThat(unread).isInstanceOf(FileBody.class);
      body.read(read, 0);
    }

    assertThat(spooled()).isEqualTo(before);
    assertThat(read.array()).isEqualTo(java.util.Arrays.copyOfRange(bytes, PART, 2 * PART));
  }

  @Test
  void keepsSmallPartsInMemory() throws Exception {
    StreamSource source = new StreamSource(new ByteArrayInputStream(Bench.bytes(PART)), PART, 32);

    try (PartBody body = source.part(0, PART)) {
      assertThat(body).isInstanceOf(MemoryBody.class);
    }
  }

  private static long spooled() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files.filter(f -> f.getFileName().toString().matches("waybill-.*\\.part")).count();
    }
  }
}
