package io.waybill.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line from each test that has figures to tell, and all of them together at the end of the
 * build. A test adds its line as the last thing it does, so that it is there only if the test
 * passed. The build names the file ({@code waybill.lines}, new in each build); tests that run
 * outside of one, and processes that tests start, add nothing.
 */
public final class ClosingLines {
  private static final String COUNTED = "+ ";

  private ClosingLines() {}

  /** Prints the line now, and at the end again. */
  public static void add(String line) {
    System.out.println(line);
    append(line);
  }

  /** At the end {@code what=N} is printed, where this was called N times. */
  public static void count(String what) {
    append(COUNTED + what);
  }

  private static void append(String line) {
    String file = System.getProperty("waybill.lines");
    if (file != null) {
      try {
        Files.createDirectories(Path.of(file).toAbsolutePath().getParent());
        Files.writeString(
            Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Prints what the named file has; a build without tests has none. */
  public static void main(String... files) throws IOException {
    Path file = Path.of(files[0]);
    if (Files.exists(file)) {
      together(Files.readAllLines(file)).forEach(System.out::println);
    }
  }

  static List<String> together(List<String> lines) {
    List<String> printed = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    for (String line : lines) {
      if (line.startsWith(COUNTED)) {
        counts.merge(line.substring(COUNTED.length()), 1, Integer::sum);
      } else {
        printed.add(line);
      }
    }
    counts.forEach((what, count) -> printed.add(what + "=" + count));
    return printed;
  }
}
