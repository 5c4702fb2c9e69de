package io.waybill.server.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/** Where everything goes that tests log: this JVM and the processes it starts. */
public final class TestLogs {
  static final Path FOLDER = Path.of("target", "test-logs");
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private TestLogs() {}

  /** A file of its own for what this JVM does. */
  public static Path fresh(String what) {
    try {
      Files.createDirectories(FOLDER);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return FOLDER.resolve(
        "%s-%d-%d.log".formatted(what, ProcessHandle.current().pid(), NUMBER.incrementAndGet()));
  }

  /** Keeps what a process said, after its test's folder is gone. */
  public static void keep(String what, String text) {
    try {
      Files.writeString(fresh(what), text, StandardOpenOption.CREATE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
