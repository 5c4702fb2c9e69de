package io.waybill.server.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The search finds what it is there for. The secrets are put together, so as not to be found. */
class LeaksTest {
  private static final String HEX = "0123456789abcdef".repeat(4);

  @TempDir Path folder;

  static List<List<String>> planted() {
    return List.of(
        List.of("https://s3/b/k?x=1&X-Amz-", "Signature=", HEX),
        List.of("in a URL: X-Amz-", "Security-Token=", "FwoGZXIvYXdzEBYaD"),
        List.of("X-Amz-", "Credential=", "whoever%2F20260101"),
        List.of("Authorization: AWS4-HMAC-", "SHA256 Credential", "=x"),
        List.of("authorization: Bearer ey", "JhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0", ".c2lnbmF0dXJl"),
        List.of("AK", "IAIOSFODNN7", "EXAMPLE"),
        List.of("-----BEGIN RSA ", "PRIVATE", " KEY-----"),
        List.of("secretKey=e2e-", "secret", ""));
  }

  @ParameterizedTest
  @MethodSource("planted")
  void findsWhatIsPlanted(List<String> pieces) throws IOException {
    Path log = folder.resolve("sub").resolve("server.log");
    Files.createDirectories(folder.resolve("sub"));
    Files.writeString(log, "an innocent line\nWARNING: " + String.join("", pieces) + "\n");

    List<String> leaks = SearchLogs.in(folder);

    assertThat(leaks).hasSize(1);
    assertThat(leaks.get(0)).startsWith(log + ":2: ").doesNotContain(String.join("", pieces));
  }

  @Test
  void passesWhatIsNoSecret() throws IOException {
    Files.writeString(
        folder.resolve("server.log"),
        """
        upload 019b76da-a800-7bb2-92c6-ae7df9b15164: ACCESS_DENIED
        the header X-Amz-Signature is missing
        reads page-token.key and tls.crt
        """);
    Files.write(folder.resolve("bytes.log"), new byte[] {(byte) 0xff, (byte) 0xc0, 10});

    assertThat(SearchLogs.in(folder)).isEmpty();
    assertThat(SearchLogs.in(folder.resolve("none"))).isEmpty();
  }

  /** Of this JVM, all levels of Waybill's own loggers, and what is printed. */
  @Test
  void whatIsLoggedAndPrintedIsSearched() {
    String fine = UUID.randomUUID().toString();
    String out = UUID.randomUUID().toString();
    String err = UUID.randomUUID().toString();
    Logger.getLogger("io.waybill.any").finest(fine);
    System.out.println(out);
    System.err.println(err);
    assertThat(kept()).contains(fine).contains(out).contains(err);
  }

  @Test
  void whatAProcessSaidIsSearched() {
    String said = UUID.randomUUID().toString();
    TestLogs.keep("self-test", said);
    assertThat(kept()).contains(said);
  }

  private static String kept() {
    try (Stream<Path> logs = Files.list(TestLogs.FOLDER)) {
      StringBuilder all = new StringBuilder();
      for (Path log : logs.toList()) {
        all.append(new String(Files.readAllBytes(log), java.nio.charset.StandardCharsets.UTF_8));
      }
      return all.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
