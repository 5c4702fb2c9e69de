package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of known advisories is of the versions that are used. */
class DependenciesTest {
  private static final Pattern PROPERTY =
      Pattern.compile("<([a-z0-9.]+)\\.version>([^<]+)</\\1\\.version>");

  /** A library's name, perhaps with what is inside it, and its version. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ([a-z0-9.]+)(?: \\([^|]*\\))? \\| ([0-9][^ |]*) \\|.+\\|.+\\|$");

  @Test
  void everyVersionInThePomIsInTheTableOfAdvisories() throws IOException {
    assertThat(found(ROW, Path.of("docs", "dependencies.md")))
        .hasSizeGreaterThan(25)
        .isEqualTo(found(PROPERTY, Path.of("..", "pom.xml")));
  }

  private static Map<String, String> found(Pattern pattern, Path file) throws IOException {
    Map<String, String> versions = new TreeMap<>();
    pattern
        .matcher(Files.readString(file))
        .results()
        .forEach(found -> versions.put(found.group(1), found.group(2)));
    return versions;
  }
}
