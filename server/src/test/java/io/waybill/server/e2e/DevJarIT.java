package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  void itMintsTheTokenThatItAsksFor() throws Exception {
    Process dev =
        Jar.DEV.start(
            Map.of(), List.of("--port", "0", "--s3-port", "0", "--data", folder + "/it's"));
    try (BufferedReader out = dev.inputReader()) {
      String target = "";
      String token = "";
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        Matcher serves = Pattern.compile("Waybill serves gRPC on (\\S+) .*").matcher(line);
        target = serves.matches() ? serves.group(1) : target;
        Matcher mints = Pattern.compile(" *export WAYBILL_TOKEN=(\\S+)").matcher(line);
        if (mints.matches()) {
          token = mints.group(1);
          break;
        }
      }
      Map<String, String> environment = new HashMap<>(ServerProcess.home(folder));
      List<String> ls = List.of("ls", "--server", target);
      Jar.Ended without = Jar.await(Jar.CLI.start(environment, ls));
      environment.put("WAYBILL_TOKEN", token);
      Jar.Ended with = Jar.await(Jar.CLI.start(environment, ls));

      assertThat(without.err()).contains("UNAUTHENTICATED");
      assertThat(with.exitCode()).as(with.err()).isZero();
    } finally {
      dev.destroy();
      dev.waitFor();
    }
  }

  @Test
  void theDemoRefusesAFileThatIsNotThere() throws Exception {
    Jar.Ended ended = Jar.DEV.run("demo", "--file=" + folder.resolve("none"));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("not a file that can be read");
  }
}
