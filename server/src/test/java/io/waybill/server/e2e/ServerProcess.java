package io.waybill.server.e2e;

import io.waybill.server.FailpointServer;
import io.waybill.server.secrets.TestLogs;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** waybill-server.jar as a process, on a free port, in a folder of its own. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final String target;
  private final Path log;

  private ServerProcess(Process process, String target, Path log) {
    this.process = process;
    this.target = target;
    this.log = log;
  }

  static ServerProcess start(Path folder, TestS3 s3) throws IOException {
    return start(folder, s3.config(), s3);
  }

  static ServerProcess start(Path folder, String yaml, TestS3 s3) throws IOException {
    return start(folder, yaml, s3, List.of());
  }

  /** Waits until S3 has passed the start-up checks, if there are to be any. */
  static ServerProcess start(Path folder, String yaml, TestS3 s3, List<String> jvmFlags)
      throws IOException {
    Path config = Files.writeString(folder.resolve("waybill.yaml"), yaml);
    List<String> arguments = new ArrayList<>(jvmFlags);
    arguments.addAll(
        List.of(
            "-jar",
            Jar.SERVER.path().toString(),
            "serve",
            "--config",
            config.toString(),
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            folder.resolve("data").toString()));
    ServerProcess server = launch(folder, s3, arguments);
    if (!yaml.contains("startup_checks: off")) {
      server.awaitChecked();
    }
    return server;
  }

  /** The same, with a list of all classes that it loads. */
  static ServerProcess startLogging(Path classes, Path folder, String yaml, TestS3 s3)
      throws IOException {
    Path config = Files.writeString(folder.resolve("waybill.yaml"), yaml);
    ServerProcess server =
        launch(
            folder,
            s3,
            List.of(
                "-Xlog:class+load:file=" + classes,
                "-jar",
                Jar.SERVER.path().toString(),
                "serve",
                "--config",
                config.toString(),
                "--listen",
                "127.0.0.1:0",
                "--data-dir",
                folder.resolve("data").toString()));
    server.awaitChecked();
    return server;
  }

  /** The same code with a {@link io.waybill.server.FailpointServer failpoint} in it. */
  static ServerProcess startWith(String failpoint, int nth, Path folder, String yaml, TestS3 s3)
      throws IOException {
    Path config = Files.writeString(folder.resolve("waybill.yaml"), yaml);
    String classes = Jar.SERVER.path() + File.pathSeparator + Path.of("target", "test-classes");
    return launch(
        folder,
        s3,
        List.of(
            "-cp",
            classes,
            FailpointServer.class.getName(),
            config.toString(),
            folder.resolve("data").toString(),
            failpoint,
            String.valueOf(nth)));
  }

  private static ServerProcess launch(Path folder, TestS3 s3, List<String> arguments)
      throws IOException {
    Path log = folder.resolve("server.log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(s3.credentials());
    Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    // It must not outlive a test that is itself killed.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    String line = process.inputReader().readLine();
    String target =
        line != null && line.startsWith("waybill: serving on ")
            ? line.substring(line.lastIndexOf(' ') + 1)
            : "";
    ServerProcess server = new ServerProcess(process, target, log);
    if (target.isEmpty() && (line == null || !line.startsWith("failpoint "))) {
      process.destroyForcibly();
      throw new AssertionError("it does not serve: " + line + "\n" + Files.readString(log));
    }
    return server;
  }

  /** HOST:PORT; empty where it ended before it served. */
  String target() {
    return target;
  }

  /** Before, nothing is taken without a checksum. */
  private void awaitChecked() {
    Awaitility.await().until(() -> log().contains(": S3 checked in "));
  }

  long pid() {
    return process.pid();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** Whether it ends by itself within the time. */
  boolean ends(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; returns the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      kill();
      throw new AssertionError("it does not stop on SIGTERM");
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    if (process.isAlive()) {
      stop();
    }
    keepLog();
  }

  /** Beyond the test's folder, to be searched for secrets. */
  private void keepLog() {
    try {
      TestLogs.keep("server", log());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> cliUpload(String target, Path file, String... more) {
    List<String> arguments = new ArrayList<>(List.of("upload", "--server", target, "--json"));
    arguments.addAll(List.of(more));
    arguments.add(file.toString());
    return arguments;
  }

  static Map<String, String> home(Path folder) {
    return Map.of("XDG_STATE_HOME", folder.toString(), "HOME", folder.toString());
  }
}
