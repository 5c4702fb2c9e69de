package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
  @TempDir Path folder;

  @Test
  void makesASecretOnceThatOnlyItsUserReads() throws IOException {
    Path file = folder.resolve("key");
    byte[] made = SecretFile.readOrMake(file, 32);

    assertThat(made).hasSizeGreaterThanOrEqualTo(32);
    assertThat(SecretFile.readOrMake(file, 32)).isEqualTo(made);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(SecretFile.readOrMake(folder.resolve("other"), 32)).isNotEqualTo(made);
    assertThat(SecretFile.readOrMake(folder.resolve("new").resolve("key"), 32)).hasSize(64);
  }

  @Test
  void ofSeveralAtOnceOneMakesIt() throws Exception {
    Path file = folder.resolve("key");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Callable<String> read = () -> HexFormat.of().formatHex(SecretFile.readOrMake(file, 32));
      List<Future<String>> all = threads.invokeAll(Stream.generate(() -> read).limit(40).toList());
      String first = all.get(0).get();
      for (Future<String> each : all) {
        assertThat(each.get()).isEqualTo(first);
      }
    } finally {
      threads.shutdownNow();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aSecretThatIsTooShortOrNotThereIsSaidInOneLine() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), "short");
    assertThatThrownBy(() -> SecretFile.readOrMake(file, 32))
        .hasMessage(file + ": 32 to 4096 bytes, not 5");
    assertThatThrownBy(() -> SecretFile.read(folder.resolve("none"), 32))
        .hasMessage(folder.resolve("none") + ": no such file");
  }
}
