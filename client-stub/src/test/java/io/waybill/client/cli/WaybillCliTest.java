package io.waybill.client.cli;

import static io.waybill.client.FakeS3.status;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.waybill.client.Bench;
import io.waybill.client.Everything;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class WaybillCliTest {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Bench bench;
  private Server server;
  private int port;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(folder);
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(bench.waybill)
            .build()
            .start();
    port = server.getPort();
  }

  @AfterEach
  void close() {
    server.shutdownNow();
    bench.close();
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] all = new String[args.length + 2];
    all[0] = "--server";
    all[1] = "localhost:" + port;
    System.arraycopy(args, 0, all, 2, args.length);
    return commandLine().execute(all);
  }

  private CommandLine commandLine() {
    return WaybillCli.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
  }

  private String upload(String... options) throws Exception {
    String[] args = new String[options.length + 3];
    args[0] = "upload";
    args[1] = "--no-resume";
    System.arraycopy(options, 0, args, 2, options.length);
    args[args.length - 1] = bench.file(350_000).toString();
    assertThat(run(args)).as(err.toString()).isZero();
    return out.toString();
  }

  @Test
  void uploadsWithProgressInLines() throws Exception {
    assertThat(upload()).contains("file-350000.bin  s3://");
    assertThat(err.toString())
        .contains("file-350000.bin: 0% of 341.8 KiB", ": 100% of", ": completing");
  }

  @Test
  void sendsNoTokenInTheClearToAnotherMachine() throws Exception {
    // 192.0.2.0/24 is nobody's (RFC 5737), and nobody is asked.
    String[] there = {"--server", "192.0.2.1:7070", "ls"};
    Path file = Files.writeString(folder.resolve("token"), "secret");
    for (String[] token :
        new String[][] {{"--token", "secret"}, {"--token-file", file.toString()}}) {
      int code = commandLine().execute(joined(there, token));
      assertThat(code).isEqualTo(2);
      assertThat(err.toString())
          .contains("the token would travel in the clear to 192.0.2.1:7070")
          .contains("--insecure-send-token")
          .doesNotContain("secret");
    }
    assertThat(run("--token", "secret", "ls")).as(err.toString()).isZero();
    assertThat(run("--token", "secret", "--insecure-send-token", "ls")).isZero();
  }

  private static String[] joined(String[] first, String[] second) {
    return Stream.of(first, second).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void uploadsQuietlyForScripts() throws Exception {
    String json = upload("--json", "--quiet", "--checksum", "none", "--part-size", "5MiB");

    assertThat(err.toString()).isEmpty();
    assertThat(json.lines()).hasSize(1);
    var result = Struct.newBuilder();
    JsonFormat.parser().merge(json, result);
    assertThat(result.getFieldsOrThrow("ok").getBoolValue()).isTrue();
    assertThat(json).contains("\"upload\":{\"uploadId\":\"upload-1\"", "\"uploadedParts\":4,");
  }

  @Test
  void goesOnWithTheNextFileAfterAFailure() throws Exception {
    bench.s3.script(4, status(403, "AccessDenied"), status(403, "AccessDenied"));
    Path small = bench.file(10);

    int code =
        run("upload", "--no-resume", "--json", bench.file(350_000).toString(), small.toString());

    assertThat(code).isEqualTo(1);
    assertThat(out.toString().lines()).hasSize(2);
    assertThat(out.toString()).contains("\"kind\":\"STORAGE_REFUSED\"", "\"ok\":true");
    assertThat(err.toString()).contains("AccessDenied", "Resume it with --upload-id upload-1");
  }

  @Test
  void showsListsAndAborts() throws Exception {
    upload();
    upload();

    assertThat(run("status", "upload-1")).isZero();
    assertThat(out.toString()).contains("state    COMPLETED", "parts    4 of 4");

    assertThat(run("ls", "--limit", "1")).isZero();
    assertThat(out.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("--all");

    // The server's pages may be shorter than what was asked for.
    assertThat(run("ls")).isZero();
    assertThat(out.toString().lines()).hasSize(2);
    assertThat(err.toString()).isEmpty();

    assertThat(run("ls", "--all", "--json")).isZero();
    assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("{"));

    assertThat(run("abort", "upload-2")).isZero();
    assertThat(out.toString()).contains("upload-2  ABORTED");
  }

  @Test
  void watchesToTheEnd() throws Exception {
    upload();
    upload();

    assertThat(run("watch", "upload-1")).isZero();
    assertThat(out.toString()).isEqualTo("upload-1  COMPLETED  s3://bucket/key\n");

    assertThat(run("watch", "--json", "upload-1")).isZero();
    assertThat(out.toString().lines())
        .singleElement()
        .satisfies(line -> assertThat(line).contains("\"state\":\"UPLOAD_STATE_COMPLETED\""));
    assertThat(err.toString()).isEmpty();

    assertThat(run("abort", "upload-2")).isZero();
    assertThat(run("watch", "upload-2")).isEqualTo(5);
    assertThat(out.toString()).startsWith("upload-2  ABORTED");
    assertThat(run("watch", "nobody")).isEqualTo(4);
  }

  @Test
  void saysWithItsExitCodeWhatWentWrong() {
    assertThat(run("status", "nobody")).isEqualTo(4);
    assertThat(run("upload", "--no-resume", "--upload-id", "nobody", "pom.xml")).isEqualTo(4);
    assertThat(run("upload", folder.resolve("nothing").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no such file");

    server.shutdownNow();
    assertThat(run("status", "upload-1")).isEqualTo(3);
    assertThat(err.toString()).contains("--server");
  }

  @Test
  void saysOnceWhichFieldIsWrong() {
    bench.refuse("GetUpload", "upload_id");
    assertThat(run("status", "x")).isEqualTo(2);
    assertThat(err.toString()).containsOnlyOnce("upload_id is wrong").hasLineCount(1);

    bench.refuse("StartUpload", "object_key");
    assertThat(run("upload", "--no-resume", "--key", "..", "pom.xml")).isEqualTo(2);
    assertThat(err.toString()).containsOnlyOnce("object_key is wrong");

    bench.refuse("GetUpload", "a", "b");
    assertThat(run("status", "x")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "upload",
        "upload -",
        "upload --key k a b",
        "upload --part-size big a",
        "upload --checksum crc9 a",
        "upload --parallel 0 a",
        "ls --state gone",
        "ls --limit 0",
        "watch",
      })
  void refusesWrongUsage(String line) {
    assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains("--help");
  }

  @Test
  void obeysNoFileWhoseNameBeginsWithAnAt() throws Exception {
    Path evil = Files.writeString(folder.resolve("evil"), "--version");

    assertThat(run("upload", "--no-resume", "@" + evil)).isEqualTo(1);

    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("@", "no such file");
  }

  @Test
  void isAManual() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Exit codes:", "Examples:", "WAYBILL_SERVER");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("waybill ");
  }

  /** FAULTS 3: each text that is sent. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "upload --key ? pom.xml",
        "upload --destination ? pom.xml",
        "upload --content-type ? pom.xml",
        "upload --metadata t=? pom.xml",
        "upload --metadata ?=t pom.xml",
        "upload --upload-id ? pom.xml",
        "ls --prefix ?",
        "ls --destination ?",
        "status ?",
        "watch ?",
        "abort ?",
        "--token ? ls",
        "--token-file ? ls",
        "--ca ? ls",
      })
  void sendsNoTextThatWasLost(String line) {
    String lost = new String("\u00fc".getBytes(UTF_8), US_ASCII);
    String[] args = line.replace("?", lost).split(" ");

    int code =
        WaybillCli.commandLine(new LocaleText(US_ASCII, "POSIX", "/"))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err, true))
            .execute(joined(new String[] {"--server", "localhost:" + port}, args));

    assertThat(code).as(err.toString()).isEqualTo(2);
    assertThat(err.toString())
        .contains("the locale POSIX, US-ASCII; set LC_ALL=C.UTF-8")
        .doesNotContain(lost);
    assertThat(bench.waybill.isUncalled()).isTrue();
  }

  /** FAULTS 2: before any call, in words without the value. */
  @Test
  void refusesATokenThatNoHeaderTakes() throws Exception {
    Path file = folder.resolve("token");
    try (Everything printed = new Everything()) {
      for (String token : new String[] {"sec\nret", "sec ret", "sec\u00e9ret", "sec\u0001ret"}) {
        Files.writeString(file, token);
        assertThat(run("--token", token, "ls")).isEqualTo(2);
        assertThat(err.toString()).contains("the token contains ").doesNotContain(token);
        assertThat(run("--token-file", file.toString(), "ls")).isEqualTo(2);
        assertThat(err.toString()).contains(file + ": the token contains").doesNotContain(token);
      }
      assertThat(run("--token", " secret\r\n", "ls")).as(err.toString()).isZero();
      assertThat(run("--token-file", folder.resolve("none").toString(), "ls")).isEqualTo(2);
      assertThat(err.toString()).contains("none: no such file");
      assertThat(printed.text()).doesNotContain(Everything.decimals("sec"), "sec");
    }
  }

  @Test
  void letsNoNameCommandTheTerminal() throws Exception {
    Path file = Files.writeString(folder.resolve("\u001b[2Jx"), "x");

    assertThat(run("upload", "--no-resume", file.toString())).isZero();

    assertThat(out.toString() + err).doesNotContain("\u001b");
  }

  @Test
  void readsSizes() throws Exception {
    ByteSize size = new ByteSize();
    assertThat(size.convert("8MiB")).isEqualTo(8 << 20);
    assertThat(size.convert("64mb")).isEqualTo(64_000_000);
    assertThat(size.convert("5g")).isEqualTo(5L << 30);
    assertThat(size.convert("8388608")).isEqualTo(8 << 20);
    assertThat(Output.bytes(1023)).isEqualTo("1023 B");
    assertThat(Output.bytes(5L << 30)).isEqualTo("5.0 GiB");
  }
}
