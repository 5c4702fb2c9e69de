package io.waybill.server.bench;

import io.waybill.server.ServerConfig;
import io.waybill.server.TestFindings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server in a JVM of its own: Waybill's, or one that it is compared with. Whichever it is, it
 * says one line that ends in {@code serving on HOST:PORT}.
 */
final class ServerProcess implements AutoCloseable {
  static final Path JAR = Path.of("target", "waybill-server.jar");
  private static final String SERVING = "serving on ";
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final Duration MOST_UNREST = Duration.ofSeconds(10);
  private static final Duration STOP = Duration.ofSeconds(60);

  /** Where nothing is sent to S3, the signer wants a key all the same. */
  private static final Map<String, String> CREDENTIALS =
      Map.of("AWS_ACCESS_KEY_ID", SinkS3.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SinkS3.SECRET_KEY);

  static final String CONFIG =
      """
      destinations:
        - name: %s
          bucket: bench
          region: eu-central-1
          startup_checks: off # there is no such bucket
      """
          .formatted(Sessions.DESTINATION);

  private final Process process;
  private final Path folder;
  private final String target;

  private ServerProcess(Process process, Path folder, String target) {
    this.process = process;
    this.folder = folder;
    this.target = target;
  }

  /** The jar that is shipped, on the database in the folder. */
  static ServerProcess waybill(Path folder, String... flags) throws IOException {
    return configured(folder, CONFIG, flags);
  }

  /** The same with another configuration. */
  static ServerProcess configured(Path folder, String yaml, String... flags) throws IOException {
    List<String> command = new ArrayList<>(List.of(flags));
    command.addAll(
        List.of(
            "-jar",
            JAR.toString(),
            "serve",
            "--config",
            config(folder, yaml),
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            folder.toString()));
    return start(folder, command);
  }

  /** Waybill with another signer, see {@link io.waybill.server.SwappedSignerServer}. */
  static ServerProcess withSigner(String signer, Path folder) throws IOException {
    return main(
        "io.waybill.server.SwappedSignerServer", folder, config(folder, CONFIG), folder, signer);
  }

  /** A server of this package, from the same jar and the tests' classes behind it. */
  static ServerProcess of(Class<?> main, Path folder) throws IOException {
    return main(main.getName(), folder, folder);
  }

  private static ServerProcess main(String main, Path folder, Object... arguments)
      throws IOException {
    String classes = JAR + File.pathSeparator + Path.of("target", "test-classes");
    List<String> command = new ArrayList<>(List.of("-cp", classes, main));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return start(folder, command);
  }

  private static ServerProcess start(Path folder, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(CREDENTIALS);
    // What the caller's environment gives to every JVM would change what is compared.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Path log = folder.resolve("server.log");
    Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    // It must not outlive a benchmark that is itself killed.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    String line = process.inputReader().readLine();
    if (line == null || !line.contains(SERVING)) {
      process.destroyForcibly();
      throw new AssertionError("it does not serve: " + line + "\n" + Files.readString(log));
    }
    String target = line.substring(line.indexOf(SERVING) + SERVING.length());
    return new ServerProcess(process, folder, target);
  }

  private static String config(Path folder, String yaml) throws IOException {
    TestFindings.rememberAws(ServerConfig.parse(yaml, Map.of("data_dir", folder.toString())));
    return Files.writeString(folder.resolve("waybill.yaml"), yaml).toString();
  }

  /** HOST:PORT. */
  String target() {
    return target;
  }

  Path folder() {
    return folder;
  }

  /** User and system time of all its threads so far, in steps of 10 ms on Linux. */
  Duration cpu() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(
            () ->
                new AssertionError(
                    process.isAlive()
                        ? "this system does not tell a process's CPU time"
                        : "the server is gone"));
  }

  /** Waits until it uses less than a tenth of a core, or ten seconds. */
  void awaitRest() throws InterruptedException {
    long end = System.nanoTime() + MOST_UNREST.toNanos();
    Duration before = cpu();
    Duration used = LOOK;
    while (used.compareTo(LOOK.dividedBy(10)) > 0 && System.nanoTime() < end) {
      process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS);
      used = cpu().minus(before);
      before = before.plus(used);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM, and waits for the end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("it does not stop on SIGTERM");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
