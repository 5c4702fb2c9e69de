package io.waybill.server.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.waybill.server.ClosingLines;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plants each bug, and wants its test to turn red. */
class PlantedBugsTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "io", "waybill", "server");
  private static final long MOST_MINUTES = 5;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void isCaught(PlantedBug bug) throws Exception {
    Path source = SOURCES.resolve(bug.source + ".java");
    String right = Files.readString(source);
    assertThat(right.split(java.util.regex.Pattern.quote(bug.right), -1))
        .as("the line to spoil stands in %s once; has it been rewritten?", source)
        .hasSize(2);
    ClosingLines.count("planted places");
    assumeTrue(
        Boolean.getBoolean("waybill.chaos.planted"), "only its place is checked without -Pchaos");

    Path classes = compile(source.getFileName(), right.replace(bug.right, bug.wrong));

    assertThat(run(classes, bug.caughtBy)).as(bug.caughtBy + " stays green").isEqualTo(TestRun.RED);
    System.out.println("planted " + bug + " caught by " + bug.caughtBy.getSimpleName());
    ClosingLines.count("planted caught");
  }

  private Path compile(Path name, String source) throws IOException {
    Path file = Files.writeString(folder.resolve(name), source);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int failed =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK")
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-nowarn",
                "-parameters",
                "-cp",
                classPath(),
                "-d",
                classes.toString(),
                file.toString());
    assertThat(failed).as("it compiles").isZero();
    return classes;
  }

  private int run(Path classes, Class<?> test) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    classes + File.pathSeparator + classPath(),
                    TestRun.class.getName(),
                    test.getName()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      return TestRun.RED; // it hangs: noticed too
    }
    return process.exitValue();
  }

  /** Surefire hides the real one in a manifest. */
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
