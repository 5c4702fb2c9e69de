package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseConfigTest {
  private static final String SECRET = "s3cr3t-of-the-database";
  private static final String LEAST =
      """
      destinations: [{name: a, bucket: b, region: r}]
      page_token_key_file: key
      """;

  @TempDir Path folder;

  @Test
  void aPasswordIsTakenFromWhereverItIsAndNeverShown() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), SECRET + "\n");
    String url = "jdbc:postgresql://db.example:5433/waybill";
    ServerConfig inUrl = parse("url: " + url + "?user=u&password=" + SECRET, Map.of());
    ServerConfig inFile =
        parse("{url: '%s', user: u, password_file: %s}".formatted(url, file), Map.of());
    ServerConfig inEnvironment =
        parse("url: " + url, Map.of("database.user", "u", "database.password", SECRET));
    ServerConfig allInEnvironment =
        parse("{}", Map.of("database.url", url + "?user=u&password=" + SECRET));

    for (ServerConfig each : new ServerConfig[] {inUrl, inFile, inEnvironment, allInEnvironment}) {
      assertThat(each.database()).isInstanceOf(DatabaseConfig.Postgres.class);
      assertThat(each.toString()).contains("db.example:5433/waybill").doesNotContain(SECRET);
      assertThat(each.database().isShared()).isTrue();
    }
    assertThat(inFile).isEqualTo(inEnvironment);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql:waybill",
        "jdbc:postgresql://db/waybill",
        "jdbc:postgresql://db/",
        "jdbc:postgresql:///waybill?user=u",
        "jdbc:postgresql://db-1:5432,db-2:5433,db-3/waybill?targetServerType=any",
        "jdbc:postgresql://[::1]:5432/waybill?sslmode=verify-full&options=-c%20x=y",
      })
  void takesWhatTheDriverTakes(String url) {
    assertThat(parse("url: '" + url + "'", Map.of()).database())
        .isInstanceOf(DatabaseConfig.Postgres.class);
  }

  @Test
  void theEnvironmentTakesTheFilesPlace() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "another");
    String section = "{url: 'jdbc:postgresql:db', user: other, password_file: " + file + "}";
    Map<String, String> environment = new HashMap<>();
    environment.put("database.user", "u");
    environment.put("database.password", SECRET);

    assertThat(parse(section, environment).database())
        .isEqualTo(parse("url: 'jdbc:postgresql:db'", environment).database());
  }

  @Test
  void onlyLineBreaksAreRemovedFromTheEnvironmentsPassword() {
    for (String end : new String[] {"\n", "\r\n", "\n\n"}) {
      assertThat(withPassword(" a\nb " + end)).isEqualTo(withPassword(" a\nb "));
    }
    assertThat(withPassword("a ")).isNotEqualTo(withPassword("a"));
    assertThat(withPassword(" a")).isNotEqualTo(withPassword("a"));
  }

  private static DatabaseConfig withPassword(String password) {
    var environment = Map.of("database.user", "u", "database.password", password);
    return parse("url: 'jdbc:postgresql:db'", environment).database();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "url: 'jdbc:postgresql://u:PASS@db/x'|database.url: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "url: 'jdbc:postgresql://u:PASS/x'|database.url: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "url: 'jdbc:postgresql:u:PASS@db'|database.url: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "url: 'jdbc:postgresql://db:99999/PASS'|database.url: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "url: 'jdbc:postgresql://db/x?password=%zPASS'|database.url: jdbc:postgresql://HOST[:PORT]",
        "url: 'jdbc:postgresql://db:PASS/x'|database.url: jdbc:postgresql://HOST[:PORT]/DATABASE",
        "url: 'jdbc:postgresql://db/x?passwort=PASS'|database.url: no property \"passwort\" of the",
        "{url: 'jdbc:postgresql:x?user=a', user: PASS}|database.url: one user; there is another beside",
        "url: 'postgresql://PASS@db/x'|database.url: jdbc:sqlite:FILE or jdbc:postgresql://HOST",
        "url: 'jdbc:mysql://PASS@db/x'|database.url: jdbc:sqlite:FILE or jdbc:postgresql://HOST",
        "url: 'jdbc:sqlite:'|database.url: jdbc:sqlite:FILE or jdbc:postgresql://HOST",
        "user: PASS|database.user: neither user nor password, unless the url is PostgreSQL's",
        "{url: 'jdbc:postgresql:x', password_file: none}|none: no such file",
        "password: PASS|database.password: unknown key; known are url, user, password_file",
      })
  void saysWhatIsAllowedAndNothingOfASecret(String section, String problem) {
    assertThatThrownBy(() -> parse(section.replace("PASS", SECRET), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem)
        .message()
        .doesNotContain(SECRET);
  }

  @Test
  void onePasswordIsEnough() {
    assertThatThrownBy(
            () ->
                parse(
                    "url: 'jdbc:postgresql:x?password=" + SECRET + "'",
                    Map.of("database.password", SECRET)))
        .hasMessageContaining("database.url: one password; there is another beside the URL's")
        .message()
        .doesNotContain(SECRET);
  }

  @Test
  void replicasAnswerEachOthersPageTokens() {
    String keyless =
        """
        database: {url: 'jdbc:postgresql:x'}
        destinations: [{name: a, bucket: b, region: r}]
        """;
    assertThatThrownBy(() -> ServerConfig.parse(keyless, Map.of()))
        .hasMessageContaining("page_token_key_file: required with PostgreSQL");
  }

  private static ServerConfig parse(String section, Map<String, String> overrides) {
    String inBlock = section.startsWith("{") ? " " + section : "\n  " + section;
    return ServerConfig.parse(LEAST + "database:" + inBlock + "\n", overrides);
  }
}
