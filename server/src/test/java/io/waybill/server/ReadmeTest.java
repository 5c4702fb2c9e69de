package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the README says is shown by a test is shown by one that exists. */
class ReadmeTest {
  private static final Pattern NAMED =
      Pattern.compile("(?<![*\\w])[A-Z]\\w*(?:Test|IT|Contract)\\b");

  /** One row of the threat model: the threat, what stops it, and the tests. */
  private static final Pattern ROW = Pattern.compile("\\|[^|]+\\|[^|]+\\|([^|]+)\\|");

  @Test
  void everyTestItNamesExists() throws IOException {
    Set<String> named =
        NAMED.matcher(readme()).results().map(MatchResult::group).collect(Collectors.toSet());
    assertThat(named).hasSizeGreaterThan(20);
    assertThat(tests()).containsAll(named);
  }

  @Test
  void everyThreatHasATest() throws IOException {
    String readme = readme();
    String security = readme.substring(readme.indexOf("\n## Security\n"));
    assertThat(
            security
                .lines()
                .skip(2)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| threat"))
                .toList())
        .hasSizeGreaterThan(15)
        .allSatisfy(
            line -> {
              var row = ROW.matcher(line);
              assertThat(row.matches()).as(line).isTrue();
              assertThat(NAMED.matcher(row.group(1)).find()).as(line).isTrue();
            });
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("..", "README.md"));
  }

  private static Set<String> tests() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String module : new String[] {"server", "client-stub"}) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(".java"))
            .forEach(name -> names.add(name.substring(0, name.length() - ".java".length())));
      }
    }
    return names;
  }
}
