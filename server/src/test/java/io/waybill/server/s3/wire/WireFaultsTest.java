package io.waybill.server.s3.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.ClosingLines;
import io.waybill.server.dev.EmbeddedS3;
import io.waybill.server.s3.ImpatientS3;
import io.waybill.server.s3.S3Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * Every journey, every request of it, every fault of that request, done by S3 or not, once or more
 * often than the SDK and Completion repeat: the upload ends as it should, the caller reads nothing
 * but what the contract declares for what passes, and S3 holds nothing beside.
 */
class WireFaultsTest {
  private static final AwsBasicCredentials KEYS =
      AwsBasicCredentials.create("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  private static final String REGION = "us-east-1";

  /** Above the three of the SDK and of Completion. */
  private static final int OFTEN = 4;

  /** Most of them wait. */
  private static final int AT_ONCE = 16;

  private static final int FILE_BYTES = 1_000;

  /** Of two parts, where it matters that all of them are there. */
  private static final int LONG_FILE_BYTES = (5 << 20) + 1_000;

  /** No journey needs longer; one that does hangs. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** It tells of every fault, as it should. */
  private static final Logger DOMAIN_LOG = Logger.getLogger("io.waybill.server.upload");

  private record Case(Journey journey, FaultProxy.Plan plan) {
    String bucket() {
      return "wire-" + Integer.toHexString(toString().hashCode());
    }

    @Override
    public String toString() {
      String done = plan.applied() ? "applied" : "not applied";
      return "%s: %s, %s, %s, %d×"
          .formatted(journey, plan.operation(), plan.fault(), done, plan.times());
    }
  }

  /** A proxy and the adapter before it, for one case after the other. */
  private record Rig(FaultProxy proxy, S3Storage patient, S3Storage impatient) {
    static Rig before(URI endpoint) throws IOException {
      FaultProxy proxy = FaultProxy.before(endpoint);
      return new Rig(
          proxy,
          storage(proxy, endpoint, Duration.ofSeconds(20)),
          storage(proxy, endpoint, Duration.ofMillis(700)));
    }

    private static S3Storage storage(FaultProxy proxy, URI endpoint, Duration patience) {
      return ImpatientS3.open(
          Waybill.DESTINATIONS, proxy.endpoint(), endpoint, REGION, KEYS, patience);
    }

    S3Storage storage(Fault fault) {
      return fault.stalls() ? impatient : patient;
    }

    void close() throws IOException {
      patient.close();
      impatient.close();
      proxy.close();
    }
  }

  private static final BlockingQueue<Rig> rigs = new LinkedBlockingQueue<>();
  private static final AtomicInteger fired = new AtomicInteger();
  private static final AtomicInteger passed = new AtomicInteger();
  private static EmbeddedS3 server;
  private static RealS3 s3;
  private static ExecutorService threads;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    // A bucket for each: S3Proxy walks through all of one to list a little.
    List<String> buckets = cases().stream().map(Case::bucket).toList();
    server =
        EmbeddedS3.start(
            folder, 0, KEYS.accessKeyId(), KEYS.secretAccessKey(), buckets, (key, part) -> {});
    s3 = RealS3.at(server.endpoint(), REGION, KEYS);
    threads = Executors.newFixedThreadPool(AT_ONCE);
    for (int i = 0; i < AT_ONCE; i++) {
      rigs.add(Rig.before(server.endpoint()));
    }
    DOMAIN_LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void stop() throws IOException {
    DOMAIN_LOG.setLevel(null);
    threads.shutdownNow();
    for (Rig rig : rigs) {
      rig.close();
    }
    if (passed.get() == cases().size()) {
      ClosingLines.add("wire cases=" + passed + " faults=" + fired);
    }
    s3.close();
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> everyFaultOfEveryRequest() {
    List<Case> cases = cases();
    Map<Case, CompletableFuture<Void>> running = new LinkedHashMap<>();
    for (Case each : cases) {
      running.put(each, CompletableFuture.runAsync(() -> run(each), threads));
    }
    return running.entrySet().stream()
        .map(
            each -> DynamicTest.dynamicTest(each.getKey().toString(), () -> join(each.getValue())));
  }

  private static void join(CompletableFuture<Void> running) throws Throwable {
    try {
      running.join();
    } catch (CompletionException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Journey journey : Journey.values()) {
      for (Operation operation : journey.spoilt()) {
        for (Fault fault : Fault.of(operation)) {
          for (boolean applied : new boolean[] {true, false}) {
            for (int times : new int[] {1, OFTEN}) {
              boolean again = applied && times > 1 && operation.reads();
              if (!again && (applied || fault != Fault.LANDS_LATE)) {
                cases.add(new Case(journey, new FaultProxy.Plan(operation, fault, applied, times)));
              }
            }
          }
        }
      }
    }
    return cases;
  }

  private static void run(Case each) {
    FaultProxy.Plan plan = each.plan();
    boolean isLong =
        each.journey() == Journey.MULTIPART_UPLOAD
            && plan.operation() == Operation.COMPLETE_MULTIPART_UPLOAD
            && plan.times() == 1;
    byte[] file = new byte[isLong ? LONG_FILE_BYTES : FILE_BYTES];
    new Random(each.toString().hashCode()).nextBytes(file);
    boolean orphans =
        plan.operation() == Operation.CREATE_MULTIPART_UPLOAD && plan.fault() == Fault.LANDS_LATE;
    Rig rig = take();
    try {
      long begin = System.nanoTime();
      int before = rig.proxy().fired();
      Waybill waybill = new Waybill(rig.storage(plan.fault()), each.bucket(), Set.of());
      RealS3 truth = s3.of(each.bucket());
      each.journey().run(new Journey.Trip(waybill, orphans, rig.proxy(), plan, truth, file));
      fired.addAndGet(rig.proxy().fired() - before);
      assertThat(rig.proxy().fired()).as("faults that fired").isGreaterThan(before);
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(took).as("how long it took").isLessThan(LONGEST);
      passed.incrementAndGet();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(each + ": " + e.getMessage(), e);
    } finally {
      rig.proxy().calm();
      rigs.add(rig);
    }
  }

  private static Rig take() {
    try {
      return rigs.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
