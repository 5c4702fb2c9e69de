package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevJarIT {
  @TempDir Path folder;

  @Test
  void theDemoUploadsReadsBackAndCompares() throws Exception {
    byte[] bytes = new byte[17_000_001];
    new Random(6).nextBytes(bytes);
    Path file = Files.write(folder.resolve("demo file.bin"), bytes);

    Jar.Ended ended = Jar.DEV.run("demo", "--file=" + file);

    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    String last = ended.out().lines().reduce("", (before, line) -> line);
    assertThat(last)
        .matches(
            "OK 17000001 bytes sha256=[0-9a-f]{64} parts=3"
                + " object=s3://waybill-dev/default/[0-9a-f-]{36}/demo file\\.bin");
  }

  @Test
  void theDemoRefusesAFileThatIsNotThere() throws Exception {
    Jar.Ended ended = Jar.DEV.run("demo", "--file=" + folder.resolve("none"));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("not a file that can be read");
  }
}
