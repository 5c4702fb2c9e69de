package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.auth.CertificateName;
import io.waybill.server.auth.JwtSettings;
import io.waybill.server.auth.Require;
import io.waybill.server.grpc.Reflection;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Role;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityConfigTest {
  private static final String LEAST =
      """
      destinations: [{name: a, bucket: b, region: r}]
      """;
  private static final String TLS =
      """
      tls: {certificate: c.pem, private_key: k.pem, client_ca: ca.pem}
      """;
  private static final String JWT =
      """
      auth:
        jwt:
          issuer: https://i
          audience: a
          jwks_url: https://i/jwks
      """;
  private static final String MTLS =
      """
      auth:
        mtls:
          tenants:
            - uri: spiffe://x
              tenant: acme
      """;

  private static SecurityConfig parse(String yaml) {
    return ServerConfig.parse(LEAST + yaml, Map.of()).security();
  }

  private static void refuses(String yaml, String problem) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void nobodyIsAskedUnlessItSaysSo() {
    SecurityConfig none = parse("");
    assertThat(none.tls()).isNull();
    assertThat(none.auth()).isNull();
    assertThat(none.reflection()).isEqualTo(Reflection.ON);
    assertThat(none.isSafeAnywhere()).isFalse();
    assertThat(parse(JWT).isSafeAnywhere()).isFalse();
    assertThat(parse(TLS).isSafeAnywhere()).isFalse();
    assertThat(parse(TLS + MTLS).isSafeAnywhere()).isTrue();
  }

  @Test
  void tokensHaveTheDefaultsOfTheExample() {
    SecurityConfig read = parse(JWT);
    assertThat(read.reflection()).isEqualTo(Reflection.OFF);
    assertThat(Objects.requireNonNull(read.auth()).require()).isEqualTo(Require.JWT);
    assertThat(read.auth().jwt())
        .isEqualTo(
            new JwtSettings(
                "https://i",
                "a",
                Set.of("RS256", "ES256", "EdDSA"),
                Duration.ofSeconds(30),
                URI.create("https://i/jwks"),
                null,
                Duration.ofMinutes(15),
                "tenant",
                "sub",
                "roles",
                Map.of(
                    Role.UPLOADER, Set.of("waybill-uploader"),
                    Role.READER, Set.of("waybill-reader"),
                    Role.ADMIN, Set.of("waybill-admin"))));
  }

  @Test
  void everyKeyOfTheExampleIsTakenOnceItIsUncommented() throws IOException {
    SecurityConfig read = ServerConfig.parse(uncommented(), Map.of()).security();

    assertThat(Objects.requireNonNull(read.tls()).certificate())
        .isEqualTo(Path.of("/etc/waybill/tls.crt"));
    assertThat(read.tls().reloadInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(Objects.requireNonNull(read.auth()).require()).isEqualTo(Require.BOTH);
    assertThat(read.auth().certificates())
        .containsEntry(
            new CertificateName(CertificateName.Kind.DNS, "reports.acme.example"),
            new Caller("acme", "dns:reports.acme.example", Set.of(Role.READER)));
    assertThat(read.pageTokenKeyFile()).isEqualTo(Path.of("/etc/waybill/page-token.key"));
  }

  /** The example with the keys of these sections in use; of the two kinds of JWKS, the URL. */
  private static String uncommented() throws IOException {
    try (InputStream in = ServerConfig.class.getResourceAsStream("waybill.example.yaml")) {
      String example =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      Matcher sections =
          Pattern.compile("(?ms)^# TLS, 1\\.2.*?(?=^# How much a tenant may ask)").matcher(example);
      assertThat(sections.find()).isTrue();
      StringBuilder yaml = new StringBuilder(LEAST);
      for (String line : sections.group().lines().toList()) {
        Matcher key = Pattern.compile("( *)# ((?:- )?[a-z_]+:(?: .*)?)").matcher(line);
        if (key.matches() && !line.contains("jwks_file")) {
          yaml.append(key.group(1)).append(key.group(2)).append('\n');
        }
      }
      return yaml.toString().replace("require: jwt", "require: both");
    }
  }

  @Test
  void theExampleExplainsEveryKey() throws IOException {
    String uncommented = uncommented();
    for (String section :
        List.of("", "tls: ", "auth: ", "auth: {jwt: ", "auth: {jwt: {roles: ", "auth: {mtls: ")) {
      String opened =
          section.replaceAll(": $", ": {nonsense: 1}") + (section.isEmpty() ? "nonsense: 1" : "");
      String closed = opened + "}".repeat((int) section.chars().filter(c -> c == '{').count());
      assertThatThrownBy(() -> parse(closed))
          .satisfies(
              e -> {
                Matcher known =
                    Pattern.compile("nonsense: unknown key; known are (.*)")
                        .matcher(String.valueOf(e.getMessage()));
                assertThat(known.find()).as(closed + ": " + e.getMessage()).isTrue();
                for (String key : known.group(1).split(", ", -1)) {
                  if (!section.isEmpty() && !key.equals("jwks_file")) {
                    assertThat(uncommented).containsPattern("(?m)^[ -]*" + key + ":");
                  }
                }
              });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HS256", "HS384", "HS512", "none", "None", "RS1", "ES256K", "", "RSA-OAEP"})
  void onlySignaturesByKeyPairsAreTaken(String algorithm) {
    refuses(
        JWT + "    algorithms: [RS256, '" + algorithm + "']\n",
        "auth.jwt.algorithms: of RS256, RS384");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jwks_url: http://keys.example/jwks|jwks_url: https; http beyond this machine only with",
        "jwks_url: http://localhost.example/|jwks_url: https; http beyond this machine",
        "jwks_url: http://127.0.0.1.example/|jwks_url: https; http beyond this machine",
        "jwks_url: https://u:p@keys.example/|jwks_url: https://host[:port]/path, without user",
        "jwks_url: file:///etc/passwd|jwks_url: https://host[:port]/path",
        "jwks_url: ftp://h/x|jwks_url: https://host[:port]/path",
        "jwks_file: k.json|either jwks_url or jwks_file",
        "clock_skew: 6m|clock_skew: 0s to 5m",
        "jwks_refresh: 1s|jwks_refresh: 10s or more",
        "secret: x|auth.jwt.secret: unknown key",
        "roles: {root: [x]}|auth.jwt.roles.root: unknown key",
        "roles: {admin: x}|auth.jwt.roles.admin: a list",
      })
  void namesTheKeyOfTokensAndWhatIsAllowed(String line, String problem) {
    String yaml = line.startsWith("jwks_url") ? JWT.replace("jwks_url: https://i/jwks", line) : JWT;
    refuses(line.startsWith("jwks_url") ? yaml : yaml + "    " + line + "\n", problem);
  }

  @Test
  void httpIsForThisMachineOrSaidInWords() {
    for (String url : List.of("http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:8/x")) {
      assertThat(parse(JWT.replace("https://i/jwks", url)).auth()).isNotNull();
    }
    String far = JWT.replace("https://i/jwks", "http://keys/x");
    assertThat(parse(far + "    insecure_jwks_url: true\n").auth()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auth: {}|auth.jwt: auth needs jwt, mtls, or both",
        "auth: {jwt: {audience: a, jwks_url: 'https://i'}}|auth.jwt.issuer: required",
        "auth: {jwt: {issuer: i, jwks_url: 'https://i'}}|auth.jwt.audience: required",
        "auth: {jwt: {issuer: i, audience: a}}|either jwks_url or jwks_file",
        "auth: {mtls: {tenants: []}}|auth.mtls.tenants: a list of at least one",
        "auth: {mtls: {tenants: [{uri: u, tenant: t}]}}|auth.mtls: needs tls.client_ca",
        "auth: {mtls: {tenants: [{tenant: t}]}}|tenants[0].uri: either uri or dns",
        "auth: {mtls: {tenants: [{uri: u, dns: d, tenant: t}]}}|tenants[0].uri: either",
        "auth: {mtls: {tenants: [{cn: u, tenant: t}]}}|tenants[0].cn: unknown key",
        "auth: {mtls: {tenants: [{dns: '*.x', tenant: t}]}}|tenants[0].dns: an exact name",
        "auth: {mtls: {tenants: [{uri: u, tenant: T}]}}|tenants[0].tenant: a tenant is 1 to 63",
        "auth: {mtls: {tenants: [{uri: u, tenant: t, roles: [root]}]}}|roles: of uploader, reader",
        "auth: {mtls: {tenants: [{uri: u, tenant: t}, {uri: u, tenant: t}]}}|each name once",
        "tls: {certificate: c}|tls.private_key: required",
        "tls: {certificate: c, private_key: k, reload_interval: 0s}|reload_interval: 1s or more",
        "reflection: maybe|reflection: on, off or authenticated, not maybe",
        "reflection: authenticated|reflection: on or off; authenticated needs auth",
      })
  void namesTheKeyAndWhatIsAllowed(String yaml, String problem) {
    refuses(yaml + "\n", problem);
  }

  @Test
  void withTwoWaysItHasToBeSaidWhichAreNeeded() {
    String both = TLS + JWT + MTLS.replace("auth:\n", "");
    refuses(both, "auth.require: either or both, by the sections that are there, not nothing");
    refuses(both + "  require: jwt\n", "auth.require: either or both");
    refuses(JWT + "  require: both\n", "auth.require: jwt, by the sections");
    refuses(TLS + JWT, "tls.client_ca: only with auth.mtls");
    for (String require : List.of("either", "both")) {
      assertThat(
              Objects.requireNonNull(parse(both + "  require: " + require + "\n").auth()).require())
          .hasToString(require.toUpperCase(Locale.ROOT));
    }
  }

  @Test
  void reflectionIsReadAsPeopleWriteIt() {
    assertThat(parse("reflection: on\n").reflection()).isEqualTo(Reflection.ON);
    assertThat(parse("reflection: off\n").reflection()).isEqualTo(Reflection.OFF);
    assertThat(parse(JWT + "reflection: authenticated\n").reflection())
        .isEqualTo(Reflection.AUTHENTICATED);
  }
}
