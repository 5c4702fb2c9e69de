package io.waybill.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Role;
import io.waybill.server.upload.UploadException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which tokens are taken, and what the others are told. */
class BearerTokensTest {
  @TempDir Path folder;
  private Tokens tokens;
  private TestIssuer issuer;

  @BeforeEach
  void open() {
    tokens = new Tokens(folder);
    issuer = tokens.issuer;
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  @Test
  void aGenuineTokenMakesItsCaller() {
    Caller caller = tokens.caller(issuer.token("acme", "waybill-reader", "of no interest"));

    assertThat(caller)
        .isEqualTo(new Caller("acme", "somebody", Set.of(Role.READER), caller.until()));
    assertThat(tokens.header("bearer " + issuer.token("b", "waybill-admin")).is(Role.ADMIN))
        .isTrue();
  }

  @Test
  void aTokenIsHowACallerIsKnownAndNothingElse() {
    assertThatThrownBy(() -> tokens.header(null)).hasMessageContaining("authorization: Bearer JWT");
    for (String other : List.of("", "Bearer", "Basic YTpi", issuer.token(issuer.claims()))) {
      assertThatThrownBy(() -> tokens.header(other)).hasMessageContaining("Bearer JWT");
    }
  }

  @Test
  void takesEllipticCurves() throws Exception {
    issuer.rotate(TestIssuer.ec("p-256"));
    String ecdsa = issuer.token(issuer.claims());
    KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = edwards.getPublic().getEncoded();
    String x = Tokens.base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    String jwks =
        new String(issuer.jwks(), UTF_8)
            .replace(
                "\"keys\":[",
                "\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\""
                    + x
                    + "\"},");
    tokens.reopen(TestAuthentication.byFile(Files.writeString(folder.resolve("ed.json"), jwks)));
    String signed =
        Tokens.base64("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}")
            + "."
            + Tokens.base64(issuer.claims("edwards").build().toString());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(edwards.getPrivate());
    signature.update(signed.getBytes(UTF_8));
    byte[] by = signature.sign();

    assertThat(tokens.caller(ecdsa).tenant()).isEqualTo("acme");
    assertThat(tokens.caller(signed + "." + Tokens.base64(by)).tenant()).isEqualTo("edwards");
    by[5] ^= 1;
    tokens.refuses("invalid", signed + "." + Tokens.base64(by));
    tokens.refuses("invalid", signed + "." + Tokens.base64(new byte[7]));
  }

  @Test
  void anUnsignedTokenIsNone() {
    String claims = Tokens.base64(issuer.claims().build().toString());
    for (String none : List.of("none", "None", "NONE", "nOnE", "")) {
      for (String signature : List.of("", "AA")) {
        tokens.refuses(
            "invalid",
            Tokens.base64("{\"alg\":\"" + none + "\"}") + "." + claims + "." + signature);
      }
    }
    String genuine = issuer.token(issuer.claims());
    tokens.refuses("invalid", genuine.substring(0, genuine.lastIndexOf('.') + 1));
    tokens.refuses("invalid", genuine.substring(0, genuine.lastIndexOf('.')));
  }

  /** RFC 8725, section 2.1: the public key as the secret of an HMAC. */
  @Test
  void aPublicKeyIsNoSecret() throws Exception {
    RSAKey key = issuer.key().toRSAKey();
    for (byte[] secret :
        List.of(
            key.toRSAPublicKey().getEncoded(),
            pem(key).getBytes(UTF_8),
            key.toPublicJWK().toJSONString().getBytes(UTF_8),
            key.getModulus().decode())) {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      String signed =
          Tokens.base64("{\"alg\":\"HS256\",\"kid\":\"first\"}")
              + "."
              + Tokens.base64(issuer.claims().build().toString());
      tokens.refuses("invalid", signed + "." + Tokens.base64(mac.doFinal(signed.getBytes(UTF_8))));
    }
  }

  private static String pem(RSAKey key) throws Exception {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.encode(key.toRSAPublicKey().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  @Test
  void whatWasChangedDoesNotHold() {
    String[] parts = issuer.token("acme", "waybill-reader").split("\\.", -1);
    String more = Tokens.base64(issuer.claims("acme", "waybill-admin").build().toString());
    tokens.refuses("invalid", parts[0] + "." + more + "." + parts[2]);
    String foreign =
        TestIssuer.signed(
            issuer.header().build(), issuer.claims().build(), TestIssuer.rsa("first"));
    tokens.refuses("invalid", foreign);
  }

  @Test
  void anAlgorithmThatIsNotConfiguredIsNotTaken() {
    JWSHeader other = new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("first").build();
    tokens.refuses("invalid", issuer.signed(other, issuer.claims().build()));
  }

  @Test
  void aGenuineTokenIsToldWhatIsWrongWithIt() {
    Date now = Date.from(tokens.clock.instant());
    refuses("issuer", issuer.claims().issuer("https://other.test"));
    refuses("issuer", issuer.claims().issuer(null));
    refuses("issuer", issuer.claims().issuer(TestIssuer.ISSUER + "/"));
    refuses("audience", issuer.claims().audience("other"));
    refuses("audience", issuer.claims().audience(List.of()));
    refuses("audience", issuer.claims().audience(TestIssuer.AUDIENCE + "2"));
    refuses("lacks_claim", issuer.claims().expirationTime(null));
    refuses("expired", issuer.claims().expirationTime(seconds(now, -31)));
    refuses("not_yet_valid", issuer.claims().notBeforeTime(seconds(now, 31)));

    List<String> audiences = List.of("other", TestIssuer.AUDIENCE);
    assertThat(tokens.caller(issuer.token(issuer.claims().audience(audiences)))).isNotNull();
    // Within the skew.
    assertThat(tokens.caller(issuer.token(issuer.claims().notBeforeTime(seconds(now, 29)))))
        .isNotNull();
    assertThat(tokens.caller(issuer.token(issuer.claims().expirationTime(seconds(now, -29)))))
        .isNotNull();
  }

  private void refuses(String problem, JWTClaimsSet.Builder claims) {
    tokens.refuses(problem, issuer.token(claims));
  }

  private static Date seconds(Date from, int seconds) {
    return Date.from(from.toInstant().plusSeconds(seconds));
  }

  /** Of a token that nobody has signed, not even a claim is told. */
  @Test
  void aForgedTokenLearnsNothing() {
    JWTClaimsSet expired =
        issuer.claims().expirationTime(Date.from(Instant.EPOCH)).issuer("x").build();
    tokens.refuses(
        "invalid", TestIssuer.signed(issuer.header().build(), expired, TestIssuer.rsa("first")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../etc/passwd",
        "/dev/zero",
        "file:///etc/passwd",
        "' OR 1=1 --",
        "first\u0000",
        "",
        "http://127.0.0.1/"
      })
  void aKidIsComparedAndNothingElse(String kid) {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build();
    tokens.refuses("invalid", issuer.signed(header, issuer.claims().build()));
  }

  @Test
  void noKeyIsTakenOutOfAHeader() throws Exception {
    RSAKey evil = TestIssuer.rsa("evil");
    try (TestJwksServer listener = new TestJwksServer(TestJwksServer.status(404))) {
      for (String kid : Arrays.asList("first", "evil", null)) {
        JWTClaimsSet claims = issuer.claims().build();
        for (JWSHeader.Builder header :
            List.of(
                header(kid).jwk(evil.toPublicJWK()),
                header(kid).jwkURL(listener.url()),
                header(kid).x509CertURL(listener.url()),
                header(kid).x509CertChain(List.of(Base64.encode("evil"))),
                header(kid).x509CertSHA256Thumbprint(new Base64URL("evil")))) {
          tokens.refuses("invalid", TestIssuer.signed(header.build(), claims, evil));
        }
      }
      assertThat(listener.hits()).isZero();
    }
  }

  private static JWSHeader.Builder header(@Nullable String kid) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid);
  }

  @Test
  void headersThatHaveToBeUnderstoodAreNot() {
    JWTClaimsSet claims = issuer.claims().build();
    tokens.refuses(
        "invalid",
        issuer.signed(
            issuer.header().criticalParams(Set.of("exp")).customParam("exp", 1).build(), claims));
    tokens.refuses(
        "invalid",
        issuer.signed(
            issuer.header().base64URLEncodePayload(false).criticalParams(Set.of("b64")).build(),
            claims));
  }

  @Test
  void aTokenOfAnotherKindIsNotTaken() {
    for (String type : List.of("logout+jwt", "dpop+jwt", "JOSE", "secevent+jwt")) {
      JWSHeader header = issuer.header().type(new JOSEObjectType(type)).build();
      tokens.refuses("invalid", issuer.signed(header, issuer.claims().build()));
    }
    for (String type : List.of("JWT", "jwt", "at+jwt", "application/at+jwt")) {
      JWSHeader header = issuer.header().type(new JOSEObjectType(type)).build();
      assertThat(tokens.caller(issuer.signed(header, issuer.claims().build()))).isNotNull();
    }
  }

  @Test
  void aTokenBeyondEightKibibytesIsTooLong() {
    tokens.refuses("too_long", issuer.token(issuer.claims().claim("x", "y".repeat(8 << 10))));
    tokens.refuses("too_long", "x".repeat((8 << 10) + 1));
    assertThat(tokens.caller(issuer.token(issuer.claims().claim("x", "y".repeat(5 << 10)))))
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        "...",
        "....",
        "a.b.c",
        "e30.e30.e30",
        "bnVsbA.bnVsbA.bnVsbA",
        "eyJhbGciOm51bGx9.e30.AA",
        "eyJhbGciOjF9.e30.AA",
        "W10.e30.AA",
        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA",
        "\u00e9\u0000\uffff.\ud800.x"
      })
  void nonsenseIsRefusedAsATokenThatDoesNotHold(String nonsense) {
    tokens.refuses("invalid", nonsense);
  }

  @Test
  void nestedJsonIsNoWayIn() {
    String deep = "{\"alg\":\"RS256\",\"x\":" + "[".repeat(3_000) + "]".repeat(3_000) + "}";
    tokens.refuses("invalid", Tokens.base64(deep) + ".e30.AA");
  }

  @Test
  void withoutAKidThereIsOneKeyOrNone() {
    JWSHeader without = new JWSHeader.Builder(JWSAlgorithm.RS256).build();
    assertThat(tokens.caller(issuer.signed(without, issuer.claims().build()))).isNotNull();

    issuer.rotate(TestIssuer.rsa("second"));
    tokens.reopen(TestAuthentication.byFile(tokens.publish()));
    tokens.refuses("invalid", issuer.signed(without, issuer.claims().subject("else").build()));
  }

  @Test
  void aTokenThatIsBelievedEndsAllTheSame() {
    Date soon = Date.from(tokens.clock.instant().plusSeconds(2));
    String token = issuer.token(issuer.claims().expirationTime(soon));
    assertThat(tokens.caller(token).until()).isEqualTo(soon.toInstant().plusSeconds(30));
    tokens.clock.advance(Duration.ofSeconds(33));
    tokens.refuses("expired", token);
  }

  @Test
  void aKnownTokenIsToldAtOnceAndAnUnknownOneIsNot() {
    String token = issuer.token("acme");
    Authentication asked = tokens.authentication();
    CompletableFuture<Caller> first = asked.authenticate("Bearer " + token, null, "c");
    assertThat(first.join().tenant()).isEqualTo("acme");
    assertThat(asked.authenticate("Bearer " + token, null, "c").isDone()).isTrue();
  }

  @Test
  void aForgedTokenIsRefusedAtOnceTheSecondTime() {
    String forged = issuer.token("acme") + "x";
    tokens.refuses("invalid", forged);
    assertThatThrownBy(() -> tokens.authentication().authenticate("Bearer " + forged, null, "c"))
        .isInstanceOf(UploadException.class);
  }

  @Test
  void whatTimeHealsIsNotRememberedAsRefused() {
    Date later = Date.from(tokens.clock.instant().plusSeconds(60));
    String token = issuer.token(issuer.claims().notBeforeTime(later));
    tokens.refuses("not_yet_valid", token);
    tokens.clock.advance(Duration.ofSeconds(60));
    assertThat(tokens.caller(token)).isNotNull();
  }

  @Test
  void afterAChangeOfKeysNothingIsRemembered() throws Exception {
    TestIssuer other = new TestIssuer(tokens.clock);
    other.rotate(TestIssuer.rsa("second"));
    String unknown = other.token("acme");
    String known = issuer.token("acme");
    tokens.refuses("invalid", unknown);
    assertThat(tokens.caller(known)).isNotNull();

    other.withdrawOldKeys();
    Files.write(folder.resolve("jwks.json"), other.jwks());

    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> tokens.caller(unknown) != null);
    tokens.refuses("invalid", known);
  }

  @Test
  void theTenantHasToBeATenant() {
    for (Object wrong :
        Arrays.asList(
            null,
            7,
            true,
            1.5,
            List.of("acme"),
            Map.of("name", "acme"),
            "",
            " ",
            "Acme",
            "../acme",
            "a/b",
            "acme\n",
            "acme\u0000",
            "\u0430cme",
            "-acme",
            "a".repeat(64),
            "default.x")) {
      tokens.refusal(
          issuer.token(issuer.claims().claim("tenant", wrong)), Reason.PERMISSION_DENIED);
    }
  }

  @Test
  void theSubjectIsFitForALog() {
    for (String wrong : Arrays.asList(null, "", " ", "a\nb", "a\u001b[2J", "x".repeat(256))) {
      tokens.refusal(issuer.token(issuer.claims().subject(wrong)), Reason.PERMISSION_DENIED);
    }
  }

  @Test
  void rolesComeAsAListOrAsWordsAndFromWithin() {
    assertThat(roles("scope", "openid waybill-reader  waybill-uploader"))
        .containsExactlyInAnyOrder(Role.READER, Role.UPLOADER);
    assertThat(roles("scope", List.of("waybill-reader", 7))).containsExactly(Role.READER);
    assertThat(roles("scope", Map.of("waybill-admin", true))).isEmpty();
    assertThat(roles("scope", "waybill-administrator WAYBILL-ADMIN")).isEmpty();
    assertThat(roles("scope", null)).isEmpty();
    tokens.reopen(TestAuthentication.withRolesIn(tokens.publish(), "realm_access.roles"));
    assertThat(tokenRoles("realm_access", Map.of("roles", List.of("waybill-admin"))))
        .containsExactly(Role.ADMIN);
    assertThat(tokenRoles("realm_access.roles", "waybill-reader")).containsExactly(Role.READER);
    assertThat(tokenRoles("realm_access", "waybill-reader")).isEmpty();
  }

  private Set<Role> roles(String claim, @Nullable Object value) {
    tokens.reopen(TestAuthentication.withRolesIn(tokens.publish(), claim));
    return tokenRoles(claim, value);
  }

  private Set<Role> tokenRoles(String claim, @Nullable Object value) {
    return tokens
        .caller(issuer.token(issuer.claims().claim("roles", null).claim(claim, value)))
        .roles();
  }
}
