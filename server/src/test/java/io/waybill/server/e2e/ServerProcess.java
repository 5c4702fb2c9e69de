package io.waybill.server.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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
    Path config = Files.writeString(folder.resolve("waybill.yaml"), s3.config());
    Path log = folder.resolve("server.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-jar",
            Jar.SERVER.path().toString(),
            "serve",
            "--config",
            config.toString(),
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            folder.resolve("data").toString());
    builder.environment().putAll(s3.credentials());
    Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    BufferedReader out = process.inputReader();
    String line = out.readLine();
    if (line == null || !line.startsWith("waybill: serving on ")) {
      process.destroyForcibly();
      throw new AssertionError("it does not serve: " + line + "\n" + Files.readString(log));
    }
    return new ServerProcess(process, line.substring(line.lastIndexOf(' ') + 1), log);
  }

  /** HOST:PORT. */
  String target() {
    return target;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

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
  }

  static List<String> cliUpload(String target, Path file, String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(List.of("upload", "--server", target, "--json"));
    arguments.addAll(List.of(more));
    arguments.add(file.toString());
    return arguments;
  }

  static Map<String, String> home(Path folder) {
    return Map.of("XDG_STATE_HOME", folder.toString(), "HOME", folder.toString());
  }
}
