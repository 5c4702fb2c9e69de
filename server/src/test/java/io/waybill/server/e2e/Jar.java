package io.waybill.server.e2e;

import io.waybill.server.secrets.TestLogs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A jar that the build made, run as a process. */
record Jar(Path path) {
  static final Jar SERVER = new Jar(Path.of("target", "waybill-server.jar"));
  static final Jar DEV = new Jar(Path.of("target", "waybill-dev.jar"));
  static final Jar CLI = new Jar(Path.of("..", "client-stub", "target", "waybill-cli.jar"));

  private static final long MOST_SECONDS = 120;

  /** What a process said, and how it ended. */
  record Ended(int exitCode, String out, String err) {}

  Process start(Map<String, String> environment, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m", "-jar", path.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return builder.start();
  }

  Ended run(String... arguments) throws Exception {
    return await(start(Map.of(), List.of(arguments)));
  }

  static Ended await(Process process) throws Exception {
    process.getOutputStream().close();
    Output err = new Output(process.getErrorStream());
    Output out = new Output(process.getInputStream());
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + MOST_SECONDS + " s: " + out.text());
    }
    TestLogs.keep("process", out.text() + err.text());
    return new Ended(process.exitValue(), out.text(), err.text());
  }

  /** Reads a stream in the background, so that no process waits for its reader. */
  private static final class Output {
    private final StringBuilder text = new StringBuilder();
    private final Thread reader;

    Output(java.io.InputStream stream) {
      reader =
          new Thread(
              () -> {
                try (stream) {
                  text.append(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                } catch (IOException e) {
                  text.append(e);
                }
              });
      reader.start();
    }

    String text() throws InterruptedException {
      reader.join(TimeUnit.SECONDS.toMillis(MOST_SECONDS));
      return text.toString();
    }
  }
}
