package io.waybill.server.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JWSHeader;
import io.waybill.server.auth.TestIssuer;
import io.waybill.server.hostile.HostileCall.Header;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Headers that say who is calling in a way that does not hold, by what is wrong with them. */
final class BadTokens {
  private final TestIssuer issuer;
  private final Map<String, List<Header>> all = new LinkedHashMap<>();

  private BadTokens(TestIssuer issuer) {
    this.issuer = issuer;
  }

  static Map<String, List<Header>> of(TestIssuer issuer) {
    BadTokens tokens = new BadTokens(issuer);
    tokens.noToken();
    tokens.noSignature();
    tokens.wrongClaims();
    return tokens.all;
  }

  private void noToken() {
    String genuine = issuer.token("acme", HostileServer.UPLOADER);
    all.put("no token", List.of());
    for (String text :
        List.of("", "Bearer", "Bearer ", "Bearer null", "Bearer .", "Bearer ..", "Bearer a.b.c")) {
      all.put("authorization: " + text, List.of(new Header("authorization", text)));
    }
    all.put("without Bearer", List.of(new Header("authorization", genuine)));
    all.put("as Basic", List.of(new Header("authorization", "Basic " + genuine)));
    all.put("as Bearer twice", List.of(new Header("authorization", "Bearer Bearer " + genuine)));
    all.put("two headers", List.of(Header.bearer(genuine), Header.bearer(genuine)));
    all.put("in another header", List.of(new Header("x-authorization", "Bearer " + genuine)));
  }

  private void noSignature() {
    String genuine = issuer.token("acme", HostileServer.UPLOADER);
    String[] parts = genuine.split("\\.", -1);
    for (String algorithm : List.of("none", "None", "NONE", "HS256", "RS1")) {
      String head = base64("{\"alg\":\"%s\",\"kid\":\"first\"}".formatted(algorithm));
      bearer("alg " + algorithm, head + "." + parts[1] + ".");
      bearer("alg " + algorithm + ", signed", head + "." + parts[1] + "." + parts[2]);
    }
    bearer("without signature", parts[0] + "." + parts[1] + ".");
    bearer("of two parts", parts[0] + "." + parts[1]);
    bearer("of four parts", genuine + ".a");
    bearer("another payload", parts[0] + "." + base64("{\"tenant\":\"beta\"}") + "." + parts[2]);
    String other = parts[2].startsWith("A") ? "B" : "A";
    bearer("another signature", parts[0] + "." + parts[1] + "." + other + parts[2].substring(1));
    bearer("deep JSON", base64("[".repeat(3_000)) + "." + parts[1] + "." + parts[2]);
    for (String kid : List.of("../../../../dev/null", "' OR 1=1 --", "http://127.0.0.1/x", "")) {
      JWSHeader strange = new JWSHeader.Builder(issuer.header().build()).keyID(kid).build();
      bearer("kid " + kid, issuer.signed(strange, issuer.claims().build()));
    }
    JWSHeader header = issuer.header().build();
    bearer(
        "a stranger's key",
        TestIssuer.signed(header, issuer.claims().build(), TestIssuer.rsa("first")));
  }

  private void wrongClaims() {
    Instant now = Instant.now();
    bearer("expired", issuer.token(issuer.claims().expirationTime(date(now.minusSeconds(120)))));
    bearer("without exp", issuer.token(issuer.claims().expirationTime(null)));
    bearer("not yet", issuer.token(issuer.claims().notBeforeTime(date(now.plusSeconds(600)))));
    bearer("another issuer", issuer.token(issuer.claims().issuer("https://else.test")));
    bearer("no issuer", issuer.token(issuer.claims().issuer(null)));
    bearer("another audience", issuer.token(issuer.claims().audience("else")));
    bearer("no audience", issuer.token(issuer.claims().audience((String) null)));
    bearer("too long", issuer.token(issuer.claims().claim("x", "y".repeat(6_100))));
  }

  /** Genuine tokens that name nobody who could be a tenant. */
  static List<String> ofNoTenant(TestIssuer issuer) {
    List<String> tokens = new ArrayList<>();
    for (String tenant :
        List.of("", "..", "a/b", "ACME", "acme ", "a\nb", "' OR 1=1 --", "x".repeat(64), "é")) {
      tokens.add(issuer.token(tenant, HostileServer.UPLOADER));
    }
    tokens.add(issuer.token(issuer.claims().claim("tenant", null)));
    tokens.add(issuer.token(issuer.claims().claim("tenant", List.of("acme"))));
    tokens.add(issuer.token(issuer.claims().claim("tenant", 7)));
    return tokens;
  }

  private void bearer(String what, String token) {
    all.put(what, List.of(Header.bearer(token)));
  }

  private static Date date(Instant instant) {
    return Date.from(instant);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
