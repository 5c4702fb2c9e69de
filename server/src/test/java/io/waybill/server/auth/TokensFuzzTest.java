package io.waybill.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** No text that nobody signed is a token. */
class TokensFuzzTest {
  private static final Tokens TOKENS = tokens();

  private static Tokens tokens() {
    try {
      var folder = Files.createTempDirectory("tokens-fuzz");
      folder.toFile().deleteOnExit();
      return new Tokens(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The right header and claims, with what is no signature of them. */
  static Stream<byte[]> seeds() {
    String[] parts = TOKENS.issuer.token("acme").split("\\.", -1);
    String none = Tokens.base64("{\"alg\":\"none\"}");
    String crit = Tokens.base64("{\"alg\":\"RS256\",\"kid\":\"first\",\"crit\":[\"exp\"]}");
    String jwk = Tokens.base64("{\"alg\":\"RS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}");
    return Stream.of(
            "",
            "Bearer ",
            "Bearer " + parts[0] + "." + parts[1] + ".",
            "Bearer " + parts[0] + "." + parts[1] + ".AAAA",
            "Bearer " + none + "." + parts[1] + ".",
            "Bearer " + crit + "." + parts[1] + "." + parts[2],
            "Bearer " + jwk + "." + parts[1] + "." + parts[2])
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void noneThatNobodySigned(byte[] data) {
    String header = new String(data, UTF_8);
    UploadException refusal =
        catchThrowableOfType(UploadException.class, () -> TOKENS.header(header));
    assertThat(refusal).as(header).isNotNull();
    assertThat(refusal.reason()).isEqualTo(Reason.UNAUTHENTICATED);
  }
}
