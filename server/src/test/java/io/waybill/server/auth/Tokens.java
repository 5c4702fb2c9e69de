package io.waybill.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.MutableClock;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** An issuer, and the authentication that trusts it. */
final class Tokens implements AutoCloseable {
  final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T00:00:00Z"));
  final TestIssuer issuer = new TestIssuer(clock);
  private final Background background = new Background();
  private final Path folder;
  private @Nullable Authentication authentication;

  Tokens(Path folder) {
    this.folder = folder;
    this.authentication = open(TestAuthentication.byFile(publish()));
  }

  /** What stands in the file of keys is what the issuer publishes now. */
  Path publish() {
    return TestAuthentication.publish(folder, issuer);
  }

  /** Another server, with these settings. */
  void reopen(JwtSettings settings) {
    authentication = open(settings);
  }

  private Authentication open(JwtSettings settings) {
    if (authentication != null) {
      authentication.close();
    }
    AuthSettings auth = new AuthSettings(Require.JWT, settings, Map.of());
    return TestAuthentication.open(auth, background, clock);
  }

  Authentication authentication() {
    return Objects.requireNonNull(authentication);
  }

  Caller caller(String token) {
    return header("Bearer " + token);
  }

  Caller header(@Nullable String authorization) {
    try {
      return Objects.requireNonNull(authentication)
          .authenticate(authorization, null, "a connection")
          .join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof UploadException refusal ? refusal : e;
    }
  }

  /** The token is refused with this metadata "problem", and nobody gets to see any of it. */
  void refuses(String problem, String token) {
    UploadException refusal = refusal(token, Reason.UNAUTHENTICATED);
    assertThat(refusal.metadata()).as(token).containsEntry("problem", problem);
  }

  UploadException refusal(String token, Reason reason) {
    UploadException refusal = catchThrowableOfType(UploadException.class, () -> caller(token));
    assertThat(refusal).as("it is taken: " + token).isNotNull();
    assertThat(refusal.reason()).as(token).isEqualTo(reason);
    if (token.length() > 20) {
      assertThat(refusal + refusal.metadata().toString()).doesNotContain(token.substring(0, 20));
      assertThat(refusal).hasNoCause();
    }
    return refusal;
  }

  static String base64(String text) {
    return base64(text.getBytes(UTF_8));
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    Objects.requireNonNull(authentication).close();
    background.close();
  }
}
