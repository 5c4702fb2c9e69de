package io.waybill.server.secrets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** After all tests, as a step of the build: goes through all that they logged. */
public final class SearchLogs {
  private SearchLogs() {}

  /**
   * Ends with 1 where a secret stands in any file.
   *
   * @param folders those that are not there are passed over; the first one is moved away, so that
   *     the next run begins anew
   */
  public static void main(String... folders) throws IOException {
    List<String> leaks = new ArrayList<>();
    for (String folder : folders) {
      leaks.addAll(in(Path.of(folder)));
    }
    moveAway(Path.of(folders[0]));
    leaks.stream().limit(50).forEach(System.err::println);
    if (!leaks.isEmpty()) {
      System.err.println("secrets in what the tests logged: " + leaks.size());
      System.exit(1);
    }
  }

  private static void moveAway(Path folder) throws IOException {
    Path searched = folder.resolveSibling(folder.getFileName() + "-searched");
    if (Files.isDirectory(folder)) {
      delete(searched);
      Files.move(folder, searched);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Every leak with its file and line. */
  static List<String> in(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<String> leaks = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        // Byte by byte: what a test logs need not be UTF-8.
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
          for (String leak : Leaks.in(lines.get(i))) {
            leaks.add(file + ":" + (i + 1) + ": " + leak);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return leaks;
  }
}
