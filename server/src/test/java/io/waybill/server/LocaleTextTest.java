package io.waybill.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * FAULTS 3: a server without a locale takes no folder or file of another name for the one meant.
 */
class LocaleTextTest {
  private static final String CONFIG =
      """
      destinations:
        - name: a
          bucket: b
          region: us-east-1
      """;

  /** A shell begins the server, since its arguments are bytes whatever the tests' locale is. */
  private static final String SERVER =
      """
      java() {
        env -i PATH="$PATH" $LOCALE ${VARIABLE+"$VARIABLE"} "$JAVA" -XX:TieredStopAtLevel=1 -Xmx128m \
          -cp "$CLASSES" io.waybill.server.Main "$@"
      }
      name=$(printf 'd\\303\\244t\\303\\244')
      """;

  @TempDir Path folder;

  private record Ended(int exitCode, String out, String err) {}

  private Ended run(String script) throws Exception {
    Files.writeString(folder.resolve("waybill.yaml"), CONFIG);
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", SERVER + script);
    shell.directory(folder.toFile());
    shell
        .environment()
        .putAll(
            Map.of(
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "CLASSES", System.getProperty("java.class.path"),
                "LOCALE", ""));
    shell.environment().remove("VARIABLE");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process = shell.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      throw new AssertionError("still running: " + text(err));
    }
    return new Ended(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkdir \"$name\"; mv waybill.yaml \"$name\"; java config check --config \"$name/waybill.yaml\"",
        "java config check --config waybill.yaml --data-dir \"$name\"",
        "java config check --config waybill.yaml --database-url \"jdbc:sqlite:$name\"",
        "VARIABLE=WAYBILL_CONFIG=\"$name\"; java config check",
        "VARIABLE=WAYBILL_DATA_DIR=\"$name\"; java config check --config waybill.yaml",
        "VARIABLE=WAYBILL_DATABASE_PASSWORD=\"$name\"; java config check --config waybill.yaml",
        "echo \"data_dir: $name\" >> waybill.yaml; java config check --config waybill.yaml",
        "printf 'database:\\n  url: jdbc:sqlite:%s\\n' \"$name\" >> waybill.yaml;"
            + " java config check --config waybill.yaml",
        "f=$PWD; mkdir \"$name\"; cd \"$name\"; java serve --config \"$f/waybill.yaml\"",
      })
  void isRefusedWithoutALocale(String script) throws Exception {
    Ended ended = run(script);

    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(2);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).contains("locale C, US-ASCII").contains("set LC_ALL=C.UTF-8");
    assertThat(ended.err()).doesNotContain("Exception");
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).as("no folder of another name").noneMatch(LocaleTextTest::isQuestion);
    }
  }

  private static boolean isQuestion(Path file) {
    return file.getFileName().toString().startsWith("d?");
  }

  @Test
  void isTakenInALocale() throws Exception {
    Ended ended =
        run(
            """
            LOCALE=LC_ALL=C.UTF-8
            mkdir "$name"; mv waybill.yaml "$name"; cd "$name"
            java config check --config "../$name/waybill.yaml" --data-dir "$name"
            """);

    assertThat(ended.exitCode()).as(ended.err()).isZero();
  }

  @Test
  void countsAsLostInAnyOtherEncodingThanItsOwn() {
    for (Charset wrong : new Charset[] {US_ASCII, ISO_8859_1}) {
      LocaleText text = new LocaleText(wrong, "C", "/");
      assertThatThrownBy(() -> text.checked(new String("d\u00e4t\u00e4".getBytes(UTF_8), wrong)))
          .hasMessage(
              "the text cannot be read in the encoding of the locale C, "
                  + wrong
                  + "; set LC_ALL=C.UTF-8");
    }
    assertThat(new LocaleText(ISO_8859_1, "C", "/").checked("d\u00e4t\u00e4"))
        .isEqualTo("d\u00e4t\u00e4");
    assertThat(new LocaleText(UTF_8, "C", "/").checked("d\u00e4t\u00e4"))
        .isEqualTo("d\u00e4t\u00e4");
  }
}
