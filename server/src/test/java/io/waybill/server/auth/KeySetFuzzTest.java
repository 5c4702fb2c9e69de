package io.waybill.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What an issuer publishes is a set of keys, or is refused in one line. */
class KeySetFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.concat(
        Stream.of(new TestIssuer(Clock.systemUTC()).jwks()),
        Stream.of(
                "",
                "{}",
                "[]",
                "{\"keys\":[]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}",
                "[".repeat(500))
            .map(text -> text.getBytes(UTF_8)));
  }

  @MethodSource("seeds")
  @FuzzTest
  void isKeysOrOneLine(byte[] json) {
    try {
      assertThat(KeySet.parse(json)).isNotNull();
    } catch (IOException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
    }
  }
}
