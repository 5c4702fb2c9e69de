package io.waybill.server.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A main class of the tests in a JVM of its own, that answers lines with lines. */
public final class JavaProcess implements AutoCloseable {
  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final Path log;

  private JavaProcess(Process process, Path log) {
    this.process = process;
    this.out = process.inputReader();
    this.in = process.outputWriter();
    this.log = log;
  }

  /** Starts one; what it says on standard error goes to the log. */
  public static JavaProcess start(Class<?> main, Path log, List<String> flags, Object... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    // What the caller's environment gives to every JVM would change what is compared.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    // It must not outlive a benchmark that is itself killed.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return new JavaProcess(process, log);
  }

  /** The next line it says. */
  String line() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError("the process has ended:\n" + Files.readString(log));
    }
    return line;
  }

  /** Says a line to it, and waits for its answer. */
  public String ask(String line) throws IOException {
    in.write(line);
    in.newLine();
    in.flush();
    return line();
  }

  /** What all its threads used so far, in steps of 10 ms on Linux. */
  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** Ends its standard input, which is its sign to end. */
  @Override
  public void close() throws IOException {
    try {
      in.close();
    } catch (IOException e) {
      // It has ended before.
    }
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
