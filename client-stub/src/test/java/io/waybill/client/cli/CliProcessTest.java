package io.waybill.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.waybill.client.Bench;
import io.waybill.client.Everything;
import io.waybill.client.FakeS3;
import io.waybill.v1.StartUploadRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The command line as a process, begun by a shell: its arguments are bytes, whatever the locale of
 * the tests is.
 */
class CliProcessTest {

  private static final String SCRIPT = "/usr/bin/script";
  private static final int MOST_SECONDS = 60;

  /** LOCALE may set one; JAVA, CLASSES and SERVER are this test's. */
  private static final String WAYBILL =
      """
      waybill() {
        env -i PATH="$PATH" HOME="${HOME_OF_CALLER-$HOME}" $LOCALE ${TOKEN+"WAYBILL_TOKEN=$TOKEN"} \
          "$JAVA" ${USER_HOME+"-Duser.home=$USER_HOME"} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -cp "$CLASSES" \
          io.waybill.client.cli.WaybillCli --server "$SERVER" "$@"
      }
      name=$(printf 'na\\303\\257ve-\\346\\227\\245\\346\\234\\254.txt')
      """;

  private static final String NAME = "na\u00efve-\u65e5\u672c.txt";

  /** How NAME is read in ASCII, in JSON. */
  private static final String LOST_NAME =
      "na" + "\\ufffd".repeat(2) + "ve-" + "\\ufffd".repeat(6) + ".txt";

  private record Ended(int exitCode, String out, String err) {}

  @TempDir Path folder;
  private final List<Message> requests = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();
  private Bench bench;
  private Server server;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(folder);
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(bench.waybill)
            .intercept(new Recording())
            .build()
            .start();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
    bench.close();
  }

  private final class Recording implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      String token =
          headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
      if (token != null) {
        tokens.add(token);
      }
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        @Override
        public void onMessage(Q message) {
          requests.add((Message) message);
          super.onMessage(message);
        }
      };
    }
  }

  private ProcessBuilder shell(String script) {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", WAYBILL + script);
    shell.directory(folder.toFile());
    shell
        .environment()
        .putAll(
            Map.of(
                "JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "CLASSES", System.getProperty("java.class.path"),
                "SERVER", "localhost:" + server.getPort(),
                "HOME", folder.toString(),
                "LOCALE", ""));
    shell
        .environment()
        .keySet()
        .removeAll(List.of("XDG_STATE_HOME", "TOKEN", "HOME_OF_CALLER", "USER_HOME"));
    return shell;
  }

  private Ended run(String script) throws Exception {
    return run(shell(script));
  }

  private Ended run(ProcessBuilder shell) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process = shell.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      throw new AssertionError("still running: " + Files.readString(err));
    }
    return new Ended(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private List<String> started() {
    return requests.stream()
        .filter(StartUploadRequest.class::isInstance)
        .map(request -> ((StartUploadRequest) request).getFilename())
        .toList();
  }

  /** FAULTS 3. */
  @Test
  void withoutALocaleOnlyTheNameThatCannotBeReadFails() throws Exception {
    Ended ended =
        run(
            """
            echo 1 > plain.txt; echo 2 > "$name"; echo 3 > more.txt
            waybill upload --json plain.txt "$name" more.txt
            """);

    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
    assertThat(started()).containsExactly("plain.txt", "more.txt");
    assertThat(ended.err()).contains("the locale C, US-ASCII; set LC_ALL=C.UTF-8");
    List<String> lines = ended.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("{\"file\":\"plain.txt\",\"ok\":true");
    assertThat(lines.get(1))
        .startsWith("{\"file\":\"" + LOST_NAME + "\",\"ok\":false")
        .contains("set LC_ALL\\u003dC.UTF-8");
    assertThat(lines.get(2)).startsWith("{\"file\":\"more.txt\",\"ok\":true");
  }

  @Test
  void withTheLocaleThatIsAdvisedAllAreSent() throws Exception {
    Ended ended =
        run(
            """
            LOCALE=LC_ALL=C.UTF-8
            echo 1 > plain.txt; echo 2 > "$name"
            waybill upload --json --quiet plain.txt "$name"
            """);

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(started()).containsExactly("plain.txt", NAME);
    assertThat(ended.out().lines().toList().get(1))
        .startsWith("{\"file\":\"na\\u00efve-\\u65e5\\u672c.txt\",\"ok\":true")
        .contains("\"filename\":\"na\\u00efve-\\u65e5\\u672c.txt\"");
  }

  @Test
  void noNameThatIsNotUtf8IsSentAsAnother() throws Exception {
    Ended ended =
        run(
            """
            LOCALE=LC_ALL=C.UTF-8
            latin=$(printf 'na\\357ve.txt'); echo 1 > "$latin"
            true_name=$(printf '\\357\\277\\275.txt'); echo 2 > "$true_name"
            waybill upload "$latin" "$true_name"
            """);

    assertThat(ended.exitCode()).isEqualTo(1);
    assertThat(started()).containsExactly("\ufffd.txt");
    assertThat(ended.err()).contains("the file name contains U+FFFD, or bytes that are not UTF-8");
  }

  @Test
  void noOptionWithoutALocaleIsSentMangled() throws Exception {
    Ended ended =
        run(
            """
            echo 1 > plain.txt
            waybill upload --key "$(printf '\\303\\234berblick.txt')" plain.txt
            """);

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(requests).isEmpty();
    assertThat(ended.err())
        .contains("--key", "the locale C, US-ASCII; set LC_ALL=C.UTF-8")
        .hasLineCount(1);
  }

  @Test
  void aHomeThatCannotBeReadCostsTheStateFilesAlone() throws Exception {
    Ended ended =
        run(
            """
            HOME_OF_CALLER="$PWD/$(printf 'j\\303\\274rgen')"
            mkdir "$HOME_OF_CALLER"; echo 1 > plain.txt
            USER_HOME="$PWD/account"
            waybill upload --quiet plain.txt
            """);

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(started()).containsExactly("plain.txt");
    assertThat(ended.err()).isEmpty();
    assertThat(folder.resolve("account/.waybill/uploads")).as("the account's").isDirectory();
  }

  /** The JDK itself fails there, in the middle of an upload. */
  @Test
  void nothingIsSentFromAWorkingDirectoryThatCannotBeRead() throws Exception {
    Ended ended =
        run(
            """
            inner=$(printf 'd\\303\\251'); mkdir "$inner"; cd "$inner"
            echo 1 > plain.txt
            waybill upload plain.txt
            """);

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(requests).isEmpty();
    assertThat(ended.err())
        .startsWith("waybill: the working directory's name cannot be read")
        .contains("the locale C, US-ASCII; set LC_ALL=C.UTF-8")
        .hasLineCount(1);
  }

  @Test
  void commandsWithoutFilesRunInAWorkingDirectoryThatCannotBeRead() throws Exception {
    Ended ended =
        run(
            """
            inner=$(printf 'd\\303\\251'); mkdir "$inner"; cd "$inner"
            waybill upload --help && waybill --version && waybill ls
            """);

    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).contains("Usage: waybill upload", "waybill (development)");
  }

  /** FAULTS 2. */
  @Test
  void theTokenOfTheEnvironmentIsTrimmedOrRefused() throws Exception {
    String secret = "s3cr3t-of-a-caller";
    for (String end : new String[] {"\n", "\r", "\r\n", " "}) {
      ProcessBuilder shell = shell("waybill ls");
      shell.environment().put("TOKEN", secret + end);
      Ended ended = run(shell);
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.err()).isEmpty();
    }
    assertThat(tokens).hasSize(4).containsOnly("Bearer " + secret);

    ProcessBuilder shell = shell("waybill ls");
    shell.environment().put("TOKEN", secret + "\n" + secret);
    Ended ended = run(shell);
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .startsWith("waybill: the token contains a line break")
        .doesNotContain(secret, Everything.decimals(secret))
        .hasLineCount(1);
    assertThat(tokens).hasSize(4);
  }

  /** FAULTS 17: the terminal sends the signal, as Ctrl-C does, or another process SIGTERM. */
  @ParameterizedTest
  @CsvSource({"'', 130", "--quiet, 130", "--json, 130", "'', 143", "--quiet, 143"})
  void saysHowToResumeInATerminal(String option, int exitCode) throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of(SCRIPT)),
        SCRIPT + " (util-linux) is missing: no terminal, Ctrl-C is not tried");
    CountDownLatch sending = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    FakeS3.Answer hangs =
        exchange -> {
          sending.countDown();
          awaitQuietly(over);
        };
    bench.s3.script(2, hangs, hangs, hangs, hangs);
    bench.file(350_000);
    Path typescript = folder.resolve("typescript");
    ProcessBuilder shell =
        shell(
            """
            cat > run.sh <<'END'
            %s
            LOCALE=TERM=xterm
            waybill upload %s file-350000.bin
            END
            # A shell in the background ignores SIGINT, and all that it starts.
            exec env --default-signal=INT %s -qec 'sh run.sh' /dev/null
            """
                .formatted(WAYBILL, option, SCRIPT));
    Process process = shell.redirectErrorStream(true).redirectOutput(typescript.toFile()).start();
    try {
      assertThat(sending.await(MOST_SECONDS, TimeUnit.SECONDS)).as(text(typescript)).isTrue();
      if (!option.equals("--quiet")) {
        await().until(() -> text(typescript).contains("%"));
      }
      if (exitCode == 130) {
        process.getOutputStream().write(3); // what a keyboard sends for Ctrl-C
        process.getOutputStream().flush();
      } else {
        process
            .descendants()
            .filter(each -> each.info().command().orElse("").endsWith("/java"))
            .forEach(ProcessHandle::destroy);
      }
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as(text(typescript)).isTrue();
    } finally {
      over.countDown();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    String seen = text(typescript);
    assertThat(process.exitValue()).as(seen).isEqualTo(exitCode);
    assertThat(seen)
        .containsPattern("(^|\\n|\\u001b\\[K)(\\^C)?waybill: file-350000.bin: .*cancelled")
        .containsPattern("\\nResume it with the same command, or with --upload-id upload-1");
    // Half a line of the bar is before nothing else, and lines wrap again.
    assertThat(seen).doesNotContainPattern("%[^\\n]*waybill:(?<!\\r\\u001b\\[Kwaybill:)");
    if (seen.contains("\u001b[?7l")) {
      assertThat(seen).as("the bar is removed").containsPattern("\\r\\u001b\\[Kwaybill: file-");
    }
    assertThat(seen.lastIndexOf("\u001b[?7l")).isLessThanOrEqualTo(seen.lastIndexOf("\u001b[?7h"));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
