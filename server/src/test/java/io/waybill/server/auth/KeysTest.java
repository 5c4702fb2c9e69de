package io.waybill.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the issuer's keys come from, and what is known while they are not there. */
class KeysTest {
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration AT_ONCE = Duration.ofMillis(20);

  @TempDir Path folder;
  private final TestIssuer issuer = new TestIssuer(Clock.systemUTC());
  private final Background background = new Background();
  private final AtomicInteger changes = new AtomicInteger();

  @AfterEach
  void stop() {
    background.close();
  }

  private UrlKeys fetching(TestJwksServer server, Duration pause) {
    return fetching(server, NEVER, pause);
  }

  private UrlKeys fetching(TestJwksServer server, Duration refresh, Duration pause) {
    JwksUrl origin = new JwksUrl(server.url(), Duration.ofMillis(500));
    return UrlKeys.open(origin, refresh, pause, background, changes::incrementAndGet);
  }

  private static JWSHeader header(String kid) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build();
  }

  private static boolean has(SigningKeys keys, String kid) {
    try {
      return !keys.find(header(kid)).isEmpty();
    } catch (UploadException e) {
      return false;
    }
  }

  private static void saysThatKeysAreOnTheirWay(SigningKeys keys, String kid) {
    UploadException refusal =
        catchThrowableOfType(UploadException.class, () -> keys.find(header(kid)));
    assertThat(refusal.reason()).isEqualTo(Reason.AUTHENTICATION_UNAVAILABLE);
    assertThat(refusal.retryAfter()).isPresent();
  }

  /** Settled: neither there nor on its way. */
  private static boolean isUnknown(SigningKeys keys, String kid) {
    try {
      return keys.find(header(kid)).isEmpty();
    } catch (UploadException e) {
      return false;
    }
  }

  @Test
  void untilTheFirstKeysAreThereACallIsToldToComeAgain() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.status(503))) {
      UrlKeys keys = fetching(server, AT_ONCE);
      saysThatKeysAreOnTheirWay(keys, "first");
      server.answer(TestJwksServer.of(issuer.jwks()));
      await().until(() -> has(keys, "first"));
    }
  }

  @Test
  void aRotatedKeyIsFetchedWhenATokenNamesIt() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(issuer.jwks()))) {
      UrlKeys keys = fetching(server, AT_ONCE);
      await().until(() -> has(keys, "first"));
      issuer.rotate(TestIssuer.rsa("second"));
      issuer.withdrawOldKeys();
      server.answer(TestJwksServer.of(issuer.jwks()));

      saysThatKeysAreOnTheirWay(keys, "second");

      await().until(() -> has(keys, "second"));
      await().until(() -> isUnknown(keys, "first"));
      assertThat(changes).hasValue(2);
    }
  }

  @Test
  void aKeyThatAFetchDidNotBringIsUnknown() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(issuer.jwks()))) {
      UrlKeys keys = fetching(server, AT_ONCE);
      await().until(() -> has(keys, "first"));
      saysThatKeysAreOnTheirWay(keys, "never");
      await().until(() -> isUnknown(keys, "never"));
      assertThat(has(keys, "x".repeat(257))).isFalse();
    }
  }

  @Test
  void unknownKeysDoNotMakeItHammerTheIssuer() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(issuer.jwks()))) {
      UrlKeys keys = fetching(server, Duration.ofHours(1));
      await().until(() -> has(keys, "first"));
      for (int i = 0; i < 10_000; i++) {
        saysThatKeysAreOnTheirWay(keys, "kid-" + i);
      }
      assertThat(has(keys, "first")).isTrue();
      assertThat(server.hits()).isEqualTo(1);
    }
  }

  @Test
  void keysAreFetchedEverySoOften() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(issuer.jwks()))) {
      UrlKeys keys = fetching(server, AT_ONCE, AT_ONCE);
      await().until(() -> has(keys, "first"));
      issuer.rotate(TestIssuer.ec("second"));
      issuer.withdrawOldKeys();
      server.answer(TestJwksServer.of(issuer.jwks()));
      await().until(() -> changes.get() == 2);
    }
  }

  @Test
  void whileTheIssuerIsAwayOrOutOfItsMindTheOldKeysStay() throws IOException {
    byte[] huge = ("{\"keys\":[],\"x\":\"" + "y".repeat(1 << 20) + "\"}").getBytes(UTF_8);
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(issuer.jwks()));
        TestJwksServer other = new TestJwksServer(TestJwksServer.of(huge))) {
      UrlKeys keys = fetching(server, AT_ONCE, AT_ONCE);
      await().until(() -> has(keys, "first"));
      String elsewhere = other.url().toString();
      List<TestJwksServer.Answer> wrong =
          List.of(
              TestJwksServer.status(500),
              TestJwksServer.of("<html>".getBytes(UTF_8)),
              TestJwksServer.of("{\"keys\":[]}".getBytes(UTF_8)),
              TestJwksServer.of("{\"keys\":{\"a\":[".getBytes(UTF_8)),
              TestJwksServer.of(huge),
              exchange -> {
                exchange.getResponseHeaders().set("Location", elsewhere);
                exchange.sendResponseHeaders(302, -1);
              });
      for (TestJwksServer.Answer answer : wrong) {
        server.answer(answer);
        int before = server.hits();
        await().until(() -> server.hits() > before + 1);
        assertThat(has(keys, "first")).isTrue();
      }
      assertThat(other.hits()).as("redirects followed").isZero();
    }
    assertThat(changes).hasValue(1);
  }

  @Test
  void anEmptyAnswerIsNotKeys() throws IOException {
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(new byte[0]))) {
      UrlKeys keys = fetching(server, AT_ONCE);
      await().until(() -> server.hits() > 2); // it asks again, soon
      assertThat(keys.there()).isNotDone();
      server.answer(TestJwksServer.of(issuer.jwks()));
      await().until(keys.there()::isDone);
    }
  }

  @Test
  void anAnswerHasToBeWholeInTime() throws IOException {
    TestJwksServer.Answer drip =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try {
            while (true) {
              exchange.getResponseBody().write(' ');
              exchange.getResponseBody().flush();
              LockSupport.parkNanos(10_000_000);
            }
          } catch (IOException e) {
            // it hung up, as it should
          }
        };
    try (TestJwksServer server = new TestJwksServer(drip)) {
      assertThatThrownBy(() -> new JwksUrl(server.url(), Duration.ofMillis(300)).fetch())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no whole answer");
    }
  }

  @Test
  void anAnswerBeyondTheLimitIsCutOff() throws IOException {
    byte[] huge = new byte[1 << 20];
    try (TestJwksServer server = new TestJwksServer(TestJwksServer.of(huge))) {
      assertThatThrownBy(() -> new JwksUrl(server.url(), Duration.ofSeconds(5)).fetch())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("more than 524288 bytes");
    }
  }

  @Test
  void aFileIsReadAgainWhenItChanges() throws Exception {
    Path file = TestAuthentication.publish(folder, issuer);
    FileKeys keys = FileKeys.open(file, AT_ONCE, background, changes::incrementAndGet);
    assertThat(has(keys, "first")).isTrue();
    issuer.rotate(TestIssuer.ec("second"));
    issuer.rotate(TestIssuer.rsa("third"));
    issuer.withdrawOldKeys();
    int before = changes.get();

    TestAuthentication.publish(folder, issuer);

    await().until(() -> has(keys, "third"));
    assertThat(has(keys, "first")).isFalse();
    assertThat(changes.get()).isGreaterThan(before);
    Files.writeString(file, "{");
    int reads = changes.get();
    TestAuthentication.publish(folder, issuer);
    assertThat(has(keys, "third")).isTrue();
    assertThat(changes.get()).isGreaterThanOrEqualTo(reads);
  }

  @Test
  void aFileThatIsNoJwksStopsTheStart() throws IOException {
    Path none = folder.resolve("none.json");
    assertThatThrownBy(() -> FileKeys.open(none, NEVER, background, () -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage(none + ": no such file");
    Path wrong = Files.writeString(folder.resolve("wrong.json"), "{\"keys\":[{\"kty\":\"oct\"}]}");
    assertThatThrownBy(() -> FileKeys.open(wrong, NEVER, background, () -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(wrong + ": ");
  }

  @Test
  void keysThatMustNotVerifyAreLeftOut() throws Exception {
    String secret = "{\"kty\":\"oct\",\"kid\":\"secret\",\"k\":\"" + "A".repeat(43) + "\"}";
    String forEncryption =
        TestIssuer.ec("enc").toPublicJWK().toJSONString().replace("{", "{\"use\":\"enc\",");
    String good = TestIssuer.ec("good").toPublicJWK().toJSONString();
    byte[] jwks = "{\"keys\":[%s,%s,%s]}".formatted(secret, forEncryption, good).getBytes(UTF_8);

    KeySet keys = KeySet.parse(jwks);

    assertThat(keys.size()).isEqualTo(1);
    assertThat(keys.has("good")).isTrue();
    List<JWSVerifier> found = keys.find(header("good"));
    assertThat(found).as("an EC key does not verify RS256").isEmpty();
  }
}
