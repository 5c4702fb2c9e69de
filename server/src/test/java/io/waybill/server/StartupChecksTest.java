package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.server.ops.HeardLog;
import io.waybill.server.s3.StorageReport;
import io.waybill.server.s3.StorageReport.Finding;
import io.waybill.server.s3.StorageReport.Severity;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.InMemoryFindingStore;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StoreFeature;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupChecksTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @RegisterExtension final HeardLog heard = HeardLog.of(StartupChecks.class);
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final InMemoryFindingStore findings = new InMemoryFindingStore();
  private CompletableFuture<Void> keysThere = CompletableFuture.completedFuture(null);

  @Test
  void asksAgainUntilAllIsWellAndSaysWhatIsWrongOnce() throws Exception {
    ServerConfig config = config("on");
    StartupChecks.Check check =
        (destination, wider) ->
            switch (asked.incrementAndGet()) {
              case 1, 2 -> failed("s3:ListBucket is missing on bucket b");
              default -> passed(true);
            };

    try (StartupChecks checks = start(config, check)) {
      assertThat(checks.awaitPassed(SOON)).isTrue();
    }

    assertThat(asked).hasValue(3);
    assertThat(ready).hasValue(1);
    assertThat(heard.lines())
        .filteredOn(line -> line.contains("is missing"))
        .containsExactly("SEVERE destination a: s3:ListBucket is missing on bucket b");
  }

  @Test
  void isNotReadyBeforeTheLastDestinationIs() throws Exception {
    ServerConfig config = ServerConfig.parse(yaml("a", "on") + entry("b", "needs"), Map.of());
    CountDownLatch mended = new CountDownLatch(1);
    StartupChecks.Check check =
        (destination, wider) -> {
          assertThat(wider).isEqualTo(destination.name().equals("a"));
          boolean well = destination.name().equals("a") || mended.getCount() == 0;
          return well ? passed(true) : failed("not yet");
        };

    try (StartupChecks checks = start(config, check)) {
      assertThat(checks.awaitPassed(Duration.ofMillis(200))).isFalse();
      assertThat(ready).hasValue(0);
      mended.countDown();
      assertThat(checks.awaitPassed(SOON)).isTrue();
      assertThat(ready).hasValue(1);
    }
  }

  @Test
  void aSinglePutIsTakenOnceTheStoreIsKnownToHonourItsCondition() throws Exception {
    for (boolean honoured : new boolean[] {true, false}) {
      ServerConfig config = config("on");
      Destinations destinations = destinations(config);
      assertThat(takesSinglePuts(destinations)).as("before anything is known").isFalse();

      try (StartupChecks checks =
          StartupChecks.start(
              config.destinations(),
              (d, wider) -> passed(honoured),
              destinations,
              findings,
              CompletableFuture.completedFuture(null),
              () -> {})) {
        assertThat(checks.awaitPassed(SOON)).isTrue();
      }

      assertThat(takesSinglePuts(destinations)).isEqualTo(honoured);
    }
  }

  @Test
  void withoutChecksItIsReadyAtOnceAndNothingIsTakenForGranted() throws Exception {
    ServerConfig config = config("off");

    try (StartupChecks checks =
        start(
            config,
            (d, wider) -> {
              throw new AssertionError("asked all the same");
            })) {
      assertThat(checks.awaitPassed(Duration.ZERO)).isTrue();
    }

    assertThat(ready).hasValue(1);
    assertThat(takesSinglePuts(destinations(config))).isFalse();
  }

  /** Issue 12, item 6: a restarted server, or another replica. */
  @Test
  void whatWasFoundIsKnownToTheNextServerBeforeItsOwnCheckHasPassed() throws Exception {
    try (StartupChecks checks = start(config("on"), (d, wider) -> passed(true))) {
      assertThat(checks.awaitPassed(SOON)).isTrue();
    }

    for (String next : List.of("on", "off")) {
      assertThat(takesSinglePuts(recalled(config(next)))).as(next).isTrue();
    }
  }

  /** Issue 12, item 6: it may be another store. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bucket: c, region: r",
        "bucket: b, region: s",
        "bucket: b, region: r, endpoint: 'http://other'",
        "bucket: b, region: r, signing_endpoint: 'http://other'",
        "bucket: b, region: r, path_style: true",
        "bucket: b, region: r, key_prefix: in/"
      })
  void whatWasFoundWithAnotherConfigurationDoesNotCount(String other) throws Exception {
    try (StartupChecks checks = start(config("on"), (d, wider) -> passed(true))) {
      assertThat(checks.awaitPassed(SOON)).isTrue();
    }
    String yaml = "destinations: [{name: a, %s}]".formatted(other);

    assertThat(takesSinglePuts(recalled(ServerConfig.parse(yaml, Map.of())))).isFalse();
  }

  @Test
  void aNewCheckReplacesWhatWasFoundBefore() throws Exception {
    ServerConfig config = config("on");
    for (boolean honoured : new boolean[] {true, false}) {
      Destinations destinations = recalled(config);
      try (StartupChecks checks =
          StartupChecks.start(
              config.destinations(),
              (d, wider) -> passed(honoured),
              destinations,
              findings,
              keysThere,
              () -> {})) {
        assertThat(checks.awaitPassed(SOON)).isTrue();
      }
      assertThat(takesSinglePuts(destinations)).isEqualTo(honoured);
    }

    assertThat(takesSinglePuts(recalled(config))).isFalse();
  }

  /** A check that says nothing of the store leaves what is known, and learns from the others. */
  @Test
  void whatAnotherReplicaFoundServesWhileS3TellsThisOneNothing() throws Exception {
    ServerConfig config = config("on");
    Destinations destinations = destinations(config);
    try (StartupChecks checks =
        StartupChecks.start(
            config.destinations(),
            (d, wider) -> {
              findings.saveFindings(
                  "a",
                  config.destinations().get(0).leadingToTheStore(),
                  Map.of(StoreFeature.CONDITIONAL_PUTS, true));
              return failed("S3 cannot be reached");
            },
            destinations,
            findings,
            keysThere,
            () -> {})) {
      await().atMost(SOON).until(() -> takesSinglePuts(destinations));
      assertThat(checks.awaitPassed(Duration.ZERO)).isFalse();
    }
  }

  @Test
  void aDatabaseThatDoesNotAnswerKeepsNoServerFromPassing() throws Exception {
    ServerConfig config = config("on");
    Destinations destinations = destinations(config);
    try (StartupChecks checks =
        StartupChecks.start(
            config.destinations(),
            (d, wider) -> passed(true),
            destinations,
            new AwayStore(),
            keysThere,
            () -> {})) {
      assertThat(checks.awaitPassed(SOON)).isTrue();
    }

    assertThat(takesSinglePuts(destinations)).isTrue();
    assertThat(heard.lines()).anyMatch(line -> line.contains("destination a is not written down"));
  }

  /** What is wrong with S3 is said, whether or not the database is there. */
  @Test
  void withTheDatabaseAwayAsWellTheLogStillSaysWhatIsWrongWithS3() throws Exception {
    ServerConfig config = config("on");
    try (StartupChecks checks =
        StartupChecks.start(
            config.destinations(),
            (d, wider) -> failed("S3 cannot be reached: ConnectException"),
            destinations(config),
            new AwayStore(),
            keysThere,
            () -> {})) {
      await()
          .atMost(SOON)
          .until(
              () ->
                  heard
                      .lines()
                      .contains("SEVERE destination a: S3 cannot be reached: ConnectException"));
      assertThat(checks.awaitPassed(Duration.ZERO)).isFalse();
    }
    assertThat(heard.lines())
        .anyMatch(line -> line.contains("was found of destination a cannot be read"))
        .noneMatch(line -> line.startsWith("SEVERE checking destination a"));
  }

  /** A database that does not answer. */
  private static final class AwayStore implements FindingStore {
    @Override
    public Map<StoreFeature, Boolean> loadFindings(String destination, String with) {
      throw unavailable();
    }

    @Override
    public void saveFindings(String destination, String with, Map<StoreFeature, Boolean> found) {
      throw unavailable();
    }

    private static UploadException unavailable() {
      return new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of());
    }
  }

  /** As they are known when a server starts. */
  private Destinations recalled(ServerConfig config) {
    Destinations destinations = destinations(config);
    StartupChecks.recall(config.destinations(), findings, destinations);
    return destinations;
  }

  @Test
  void isNotReadyBeforeItCanKnowItsCallers() throws Exception {
    for (String asked : List.of("on", "off")) {
      ready.set(0);
      keysThere = new CompletableFuture<>();
      try (StartupChecks checks = start(config(asked), (d, wider) -> passed(true))) {
        assertThat(checks.awaitPassed(Duration.ofMillis(100))).isFalse();
        assertThat(ready).hasValue(0);
        keysThere.complete(null);
        assertThat(checks.awaitPassed(SOON)).isTrue();
        assertThat(ready).hasValue(1);
      }
    }
  }

  @Test
  void aCheckThatBreaksIsTriedAgain() throws Exception {
    StartupChecks.Check check =
        (destination, wider) -> {
          if (asked.incrementAndGet() == 1) {
            throw new IllegalStateException("a defect");
          }
          return passed(true);
        };

    try (StartupChecks checks = start(config("on"), check)) {
      assertThat(checks.awaitPassed(SOON)).isTrue();
    }
    assertThat(heard.lines()).anyMatch(line -> line.startsWith("SEVERE checking destination a"));
  }

  @Test
  void whatIsInterruptedByTheEndSaysNothing() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    StartupChecks checks =
        start(
            config("on"),
            (destination, wider) -> {
              inside.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                ended.countDown();
              }
              return failed("interrupted");
            });
    assertThat(inside.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

    checks.close();

    assertThat(ended.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(checks.awaitPassed(Duration.ZERO)).isFalse();
    assertThat(heard.lines()).isEmpty();
  }

  private StartupChecks start(ServerConfig config, StartupChecks.Check check) {
    return StartupChecks.start(
        config.destinations(),
        check,
        destinations(config),
        findings,
        keysThere,
        ready::incrementAndGet);
  }

  private static boolean takesSinglePuts(Destinations destinations) {
    return destinations.find("a").orElseThrow().takesSinglePuts();
  }

  private static Destinations destinations(ServerConfig config) {
    return new Destinations(config.destinations().stream().map(DestinationConfig::policy).toList());
  }

  private static ServerConfig config(String checks) {
    return ServerConfig.parse(yaml("a", checks), Map.of());
  }

  private static String yaml(String name, String checks) {
    return "destinations:\n" + entry(name, checks);
  }

  private static String entry(String name, String checks) {
    return """
      - name: %s
        bucket: b
        region: r
        startup_checks: %s
    """
        .formatted(name, checks);
  }

  private static StorageReport passed(boolean conditionalPuts) {
    return new StorageReport(
        "a",
        List.of(new Finding(Severity.OK, "the clock")),
        Map.of(StoreFeature.CONDITIONAL_PUTS, conditionalPuts));
  }

  private static StorageReport failed(String line) {
    return new StorageReport("a", List.of(new Finding(Severity.FAILED, line)), Map.of());
  }
}
