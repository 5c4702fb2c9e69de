package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.events.SqsSettings;
import io.waybill.server.grpc.GrpcLimits;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.S3Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
  private static final String LEAST =
      """
      destinations:
        - name: a
          bucket: b
          region: r
      """;

  @Test
  void theExampleLoadsAndSaysTheDefaults() throws IOException {
    ServerConfig example = ServerConfig.parse(example(), Map.of());
    ServerConfig least = ServerConfig.parse(LEAST, Map.of());

    assertThat(example.listen()).isEqualTo(least.listen());
    assertThat(example.dataDir()).isEqualTo(least.dataDir());
    assertThat(example.sweeper()).isEqualTo(least.sweeper());
    assertThat(example.rates()).isEqualTo(least.rates());
    assertThat(example.limits()).isEqualTo(least.limits()).isEqualTo(GrpcLimits.DEFAULT);
    Destination said = example.destinations().get(0).policy();
    Destination implied = least.destinations().get(0).policy();
    assertThat(said).usingRecursiveComparison().ignoringFields("name", "bucket").isEqualTo(implied);
    assertThat(said.completeOnEvent()).isFalse();
    assertThat(said.maxSizeBytes()).isEqualTo(S3Limits.MAX_OBJECT_BYTES);
  }

  @Test
  void theDatabaseFollowsTheDataDirectoryInTheExampleToo() throws IOException {
    ServerConfig config = ServerConfig.parse(example(), Map.of("data_dir", "/x"));

    assertThat(config.database()).isEqualTo(new DatabaseConfig.Sqlite(Path.of("/x/waybill.db")));
  }

  @Test
  void theExampleExplainsEveryKey() throws IOException {
    String example = example();
    for (String section :
        new String[] {
          "",
          "",
          "database:\n  ",
          "events:\n  ",
          "events:\n  webhook:\n    ",
          "sweeper:\n  ",
          "destinations:\n- ",
          "limits:\n  ",
          "rates:\n  ",
          "rates:\n  default:\n    ",
          "destinations:\n- quotas:\n    ",
          "destinations:\n- quotas:\n    default:\n      "
        }) {
      assertThatThrownBy(() -> ServerConfig.parse(section + "nonsense: 1\n", Map.of()))
          .satisfies(
              e -> {
                Matcher known =
                    Pattern.compile("known are (.*)").matcher(String.valueOf(e.getMessage()));
                assertThat(known.find()).as(section).isTrue();
                for (String key : List.of(known.group(1).split(", ", -1))) {
                  assertThat(example).containsPattern("(?m)^[ #-]*" + key + ":");
                }
              });
    }
  }

  @Test
  void eventsAreOffUnlessAQueueIsNamed() {
    assertThat(ServerConfig.parse(LEAST, Map.of()).events().queue()).isNull();

    SqsSettings queue =
        ServerConfig.parse(
                "events: {queue_url: 'https://sqs.eu-central-1.amazonaws.com/1/q', region: r}\n"
                    + LEAST,
                Map.of())
            .events()
            .queue();

    assertThat(queue)
        .isEqualTo(
            new SqsSettings(
                URI.create("https://sqs.eu-central-1.amazonaws.com/1/q"),
                "r",
                SqsSettings.DEFAULT_WORKERS,
                SqsSettings.DEFAULT_VISIBILITY_TIMEOUT));
  }

  @Test
  void aWebhookNeedsNoQueueAndListensAnywhereOnlyWhereThatIsSaid() {
    EventsConfig events =
        ServerConfig.parse(
                "events: {webhook: {listen: '0.0.0.0:7080', secret_file: /s,"
                    + " insecure_listen_anywhere: true}}\n"
                    + LEAST,
                Map.of())
            .events();

    assertThat(events.queue()).isNull();
    assertThat(events.webhook())
        .isEqualTo(new WebhookConfig(new InetSocketAddress("0.0.0.0", 7080), Path.of("/s")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|events.queue_url: required, unless there is a webhook",
        "{queue_url: 'https://h/1/q'}|events.region: required",
        "{workers: 99, webhook: {listen: '127.0.0.1:0', secret_file: x}}"
            + "|events.queue_url: required with region, workers or visibility_timeout",
        "{queue_url: 'https://h/1/q?a=b', region: r}|queue_url: https://HOST/ACCOUNT/NAME",
        "{queue_url: 'ftp://h/1/q', region: r}|queue_url: https://HOST/ACCOUNT/NAME",
        "{queue_url: 'https://h/1/q', region: r, workers: 65}|workers: 1 to 64, not 65",
        "{queue_url: 'https://h/1/q', region: r, visibility_timeout: 1s}|5s to 12h, not PT1S",
        "{queue_url: 'https://h/1/q', region: R!}|region: a name as eu-central-1, not R!",
        "{webhook: {}}|events.webhook.secret_file: required",
        "{webhook: {listen: '0.0.0.0:1', secret_file: s}}|events.webhook.listen: a loopback address",
        "{webhook: {listen: 'x', secret_file: s}}|events.webhook.listen: ADDRESS:PORT",
        "{webhook: {secret: s}}|events.webhook.secret: unknown key; known are listen, secret_file",
        "{queue: x}|events.queue: unknown key; known are webhook, queue_url"
      })
  void aQueueThatCannotBeOneStopsTheStart(String events, String problem) {
    assertThatThrownBy(() -> ServerConfig.parse("events: " + events + "\n" + LEAST, Map.of()))
        .hasMessageContaining(problem);
  }

  @Test
  void anOrphanIsOlderThanAnySession() {
    assertThatThrownBy(() -> ServerConfig.parse(LEAST + "    session_max_age: 8d\n", Map.of()))
        .hasMessageContaining("sweeper.orphan_age: longer than every session_max_age; that of a");
  }

  @Test
  void environmentAndFlagsTakeTheFilesPlace() {
    ServerConfig config =
        ServerConfig.parse(
            LEAST, Map.of("listen", "[::1]:0", "data_dir", "/x", "database.url", "jdbc:sqlite:y"));

    assertThat(config.listen().getPort()).isZero();
    assertThat(config.listen().getAddress().isLoopbackAddress()).isTrue();
    assertThat(config.dataDir()).isEqualTo(Path.of("/x"));
    assertThat(config.database()).isEqualTo(new DatabaseConfig.Sqlite(Path.of("y")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "part_size: 3|destinations[0].part_size: 5242880 to 5368709120, not 3",
        "part_size: lots|destinations[0].part_size: a size such as 8MiB",
        "url_ttl: 8d|destinations[0].url_ttl_max: PT1S to PT168H, not PT192H",
        "overwrite: maybe|destinations[0].overwrite: true or false, not maybe",
        "content_check: maybe|destinations[0].content_check: off, reject, tag, not maybe",
        "startup_checks: some|destinations[0].startup_checks: on, needs, off, not some",
        "buckett: x|destinations[0].buckett: unknown key; known are name, bucket",
        "key_template: x|destinations[0].key_template: {upload_id} has to be a whole segment",
        "content_types: [pdf]|destinations[0].content_types: type/subtype",
        "content_types: pdf|destinations[0].content_types: a list of at least one",
        "endpoint: ftp://x|destinations[0].endpoint: http(s)://host[:port] and nothing else",
        "name: {}|destinations[0].name: one value",
        "quotas: {open_sessions: 1}|destinations[0].quotas.open_sessions: unknown key; known are",
        "quotas: {default: {open_sessions: few}}|quotas.default.open_sessions: unlimited, or a whole",
        "quotas: {default: {open_sessions: -1}}|quotas.default.open_sessions: unlimited, or a whole",
        "quotas: {default: {reserved_bytes: 1PB}}|reserved_bytes: unlimited, or a size such as 8MiB",
        "quotas: {default: {bytes: 1}}|quotas.default.bytes: unknown key; known are open_sessions",
        "quotas: {tenants: {Acme: {}}}|quotas.tenants.Acme: a tenant is 1 to 63 of a-z 0-9 _ -",
        "quotas: {tenants: {acme: 5}}|quotas.tenants.acme: a mapping",
        "quotas: {tenants: [acme]}|quotas.tenants: a mapping",
      })
  void namesTheKeyAndWhatIsAllowed(String line, String problem) {
    String yaml = LEAST + "    " + line + "\n";
    String once = line.startsWith("name") ? yaml.replace("name: a", "max_size: 1") : yaml;

    assertThatThrownBy(() -> ServerConfig.parse(once, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aTenantsQuotaLeavesTheRestToTheDefault() {
    String quotas =
        """
            quotas:
              default: {open_sessions: 5, reserved_bytes: 1GiB}
              tenants:
                acme: {open_sessions: 7}
                free: {open_sessions: unlimited, reserved_bytes: unlimited}
                shut: {open_sessions: 0}
        """;
    PerTenant<Quota> read =
        ServerConfig.parse(LEAST + quotas, Map.of()).destinations().get(0).policy().quotas();

    assertThat(read.of("anybody")).isEqualTo(new Quota(5, 1L << 30));
    assertThat(read.of("acme")).isEqualTo(new Quota(7, 1L << 30));
    assertThat(read.of("free")).isEqualTo(Quota.UNLIMITED);
    assertThat(read.of("shut")).isEqualTo(new Quota(0, 1L << 30));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default: {calls_per_second: 0}|rates.default.calls_per_second: unlimited, or 1 to 1000000",
        "default: {calls_per_second: 1.5}|calls_per_second: unlimited, or a whole number, not 1.5",
        "default: {signatures_per_second: 9999999}|unlimited, or 1 to 1000000, not 9999999",
        "default: {calls_burst: 5}|rates.default.calls_burst: a number, and only with calls_per",
        "default: {calls_per_second: 5, calls_burst: unlimited}|calls_burst: a number, and only",
        "calls_per_second: 5|rates.calls_per_second: unknown key; known are default, tenants",
        "tenants: {a b: {}}|rates.tenants.a b: a tenant is 1 to 63",
        "tenants: {a: {calls: 5}}|rates.tenants.a.calls: unknown key; known are signatures_per",
      })
  void refusesRatesThatAreNone(String line, String problem) {
    assertThatThrownBy(() -> ServerConfig.parse("rates:\n  " + line + "\n" + LEAST, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void aTenantsRatesLeaveTheRestToTheDefault() {
    String rates =
        """
        rates:
          default: {calls_per_second: 10, calls_burst: 30}
          tenants:
            a: {signatures_per_second: 7}
            b: {calls_per_second: 20}
            c: {calls_burst: 40}
            d: {calls_per_second: unlimited}
        """;
    RatesConfig read = ServerConfig.parse(rates + LEAST, Map.of()).rates();

    assertThat(read.calls().of("anybody")).isEqualTo(new Rate(10, 30));
    assertThat(read.signatures().of("anybody")).isEqualTo(Rate.UNLIMITED);
    assertThat(read.signatures().of("a")).isEqualTo(new Rate(7, 7));
    assertThat(read.calls().of("a")).isEqualTo(new Rate(10, 30));
    assertThat(read.calls().of("b")).isEqualTo(new Rate(20, 20));
    assertThat(read.calls().of("c")).isEqualTo(new Rate(10, 40));
    assertThat(read.calls().of("d")).isEqualTo(Rate.UNLIMITED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_connections: 0|limits.max_connections: 1 to 1000000",
        "max_connections: some|limits.max_connections: a whole number, not some",
        "max_connections_per_address: 10001|max_connections_per_address: at most max_connections, 10",
        "max_message: 1|limits.max_message: 64KiB to 64MiB",
        "max_message: 5GiB|limits.max_message: 64KiB to 64MiB",
        "max_metadata: 2MiB|limits.max_metadata: 4KiB to 1MiB",
        "max_calls_per_connection: 0|limits.max_calls_per_connection: 1 to 100000",
        "max_resets_per_window: 0|limits.max_resets_per_window: 1 to 1000000",
        "reset_window: 0s|limits.reset_window: 1s to 1h",
        "handshake_timeout: 3m|limits.handshake_timeout: 1s to 2m",
        "max_connection_idle: 0s|limits.max_connection_idle: 1s to 1d",
        "max_connection_age: 1s|limits.max_connection_age: 1m to 1d",
        "max_connection_age_grace: 2d|limits.max_connection_age_grace: 1s to 1d",
        "min_ping_interval: 0s|limits.min_ping_interval: 1s to 1h",
        "ping_after: 2h|limits.ping_after: 1s to 1h",
        "ping_timeout: 6m|limits.ping_timeout: 1s to 5m",
        "max_unread_replies: 1MiB|limits.max_unread_replies: 4MiB to 1GiB",
        "max_watches: 0|limits.max_watches: 1 to 1000000",
        "max_watches_per_tenant: 0|limits.max_watches_per_tenant: 1 to 1000000",
        "watch_interval: 10ms|limits.watch_interval: 50ms to 60s",
        "watch_interval: 2m|limits.watch_interval: 50ms to 60s",
        "watch_interval: 1h|limits.watch_interval: a duration such as 500ms (ms, s, m), not 1h",
        "shutdown_grace: 2h|limits.shutdown_grace: 0s to 1h",
        "max_pings: 1|limits.max_pings: unknown key; known are max_connections",
      })
  void everyLimitHasItsRange(String line, String problem) {
    assertThatThrownBy(() -> ServerConfig.parse("limits:\n  " + line + "\n" + LEAST, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void limitsAreTakenFromTheConfiguration() {
    GrpcLimits limits =
        ServerConfig.parse(
                "limits: {max_connections: 7, max_connections_per_address: 2, max_message: 2MiB}\n"
                    + LEAST,
                Map.of())
            .limits();

    assertThat(limits.maxConnections()).isEqualTo(7);
    assertThat(limits.maxConnectionsPerAddress()).isEqualTo(2);
    assertThat(limits.maxMessageBytes()).isEqualTo(2 << 20);
    assertThat(limits.handshakeTimeout()).isEqualTo(GrpcLimits.DEFAULT.handshakeTimeout());
  }

  /** Which YAML 1.1 would take for truths. */
  @ParameterizedTest
  @CsvSource({"on, ON", "off, OFF", "'\"on\"', ON", "needs, NEEDS"})
  void onAndOffAreWords(String written, StartupCheck read) {
    ServerConfig config =
        ServerConfig.parse(LEAST + "    startup_checks: " + written + "\n", Map.of());

    assertThat(config.destinations().get(0).startupCheck()).isEqualTo(read);
  }

  @Test
  void reportsEveryProblemAtOnce() {
    String yaml =
        """
        listen: nowhere
        database: {url: "jdbc:oracle:x"}
        sweeper: {interval: 0s, x: 1}
        destinations: [{name: A}, {name: a, bucket: b, region: r}, {name: a, bucket: b, region: r}]
        """;

    assertThatThrownBy(() -> ServerConfig.parse(yaml, Map.of()))
        .hasMessageContainingAll(
            "listen: ADDRESS:PORT",
            "database.url: jdbc:sqlite:FILE or jdbc:postgresql://HOST[:PORT]/DATABASE",
            "sweeper.interval: 1s or more",
            "sweeper.x: unknown key",
            "destinations[0].name: 1 to 63",
            "destinations[0].bucket: required",
            "destinations[2].name: each name once");
  }

  @Test
  void refusesWhatIsNoConfiguration(@TempDir Path dir) {
    assertThatThrownBy(() -> ServerConfig.parse("", Map.of())).hasMessageContaining("empty");
    assertThatThrownBy(() -> ServerConfig.parse("~", Map.of())).hasMessageContaining("empty");
    assertThatThrownBy(() -> ServerConfig.parse("a: [", Map.of()))
        .hasMessageContaining("not YAML, in line 1");
    assertThatThrownBy(() -> ServerConfig.parse("a: \0", Map.of()))
        .hasMessageContaining("not YAML");
    assertThatThrownBy(() -> ServerConfig.parse("a: 1\n? [b]\n: 2", Map.of()))
        .hasMessageContaining("not YAML, in line 2");
    assertThatThrownBy(() -> ServerConfig.parse("a: &a [*a]", Map.of()))
        .hasMessageContaining("levels");
    assertThatThrownBy(() -> ServerConfig.parse("- x", Map.of())).hasMessageContaining("a mapping");
    assertThatThrownBy(() -> ServerConfig.parse(LEAST + LEAST, Map.of()))
        .hasMessageContaining("Duplicate");
    assertThatThrownBy(() -> ServerConfig.load(dir.resolve("none.yaml"), Map.of()))
        .hasMessageContaining("no such file");
  }

  @Test
  void readsSizesAndDurationsAsPeopleWriteThem() {
    assertThat(Units.parseBytes("8MiB")).isEqualTo(8L << 20);
    assertThat(Units.parseBytes("50 TiB")).isEqualTo(50L << 40);
    assertThat(Units.parseBytes("7")).isEqualTo(7);
    assertThat(Units.parseDuration("15m")).isEqualTo(Duration.ofMinutes(15));
    for (String bad : new String[] {"8MB", "-1", "1.5GiB", "99999999999999999TiB", "m", ""}) {
      assertThatThrownBy(() -> Units.parseBytes(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Units.parseDuration("15"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String example() throws IOException {
    try (InputStream in = ServerConfig.class.getResourceAsStream("waybill.example.yaml")) {
      return new String(
          java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
