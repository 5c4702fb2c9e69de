package io.waybill.server;

import io.waybill.server.s3.StorageReport;
import io.waybill.server.s3.StorageReport.Finding;
import io.waybill.server.s3.StorageReport.Severity;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.FindingStore;
import io.waybill.server.upload.StoreFeature;
import io.waybill.server.upload.UploadException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks the S3 of every destination, once the server listens, whether it is as Waybill needs it, and
 * calls the server ready when all are, and it has the keys to know its callers by. Where one is
 * not, the log says what is wrong, and it is asked again: S3 may come later than the server, and
 * permissions later still. Nothing here ends the server.
 */
final class StartupChecks implements AutoCloseable {
  /** Asks one destination. */
  interface Check {
    /**
     * Blocks while S3 answers.
     *
     * @param wider whether it is also asked what should be refused
     */
    StorageReport check(Destination destination, boolean wider);
  }

  private static final System.Logger LOG = System.getLogger(StartupChecks.class.getName());
  private static final int MAX_THREADS = 4;
  private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
  private static final Duration MAX_DELAY = Duration.ofMinutes(1);

  private final Check check;
  private final Destinations destinations;
  private final FindingStore findings;
  private final Runnable ready;
  private final ScheduledThreadPoolExecutor threads;
  private final AtomicInteger left;
  private final CountDownLatch passed = new CountDownLatch(1);

  private StartupChecks(
      Check check, Destinations destinations, FindingStore findings, Runnable ready, int count) {
    this.check = check;
    this.destinations = destinations;
    this.findings = findings;
    this.ready = ready;
    this.left = new AtomicInteger(count);
    this.threads =
        new ScheduledThreadPoolExecutor(
            Math.max(1, Math.min(MAX_THREADS, count)),
            work -> {
              Thread thread = new Thread(work, "waybill-startup-check");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins.
   *
   * @param keysThere the keys of callers' tokens, without which no call would be taken
   * @param learned the destinations, which take their uploads by what was found
   * @param findings where it is kept for other replicas and later starts
   * @param ready called once, when nothing is wrong any more; at once where nothing is to be
   *     checked
   */
  static StartupChecks start(
      List<DestinationConfig> all,
      Check check,
      Destinations learned,
      FindingStore findings,
      CompletableFuture<Void> keysThere,
      Runnable ready) {
    List<DestinationConfig> asked =
        all.stream().filter(each -> each.startupCheck() != StartupCheck.OFF).toList();
    StartupChecks checks = new StartupChecks(check, learned, findings, ready, asked.size() + 1);
    var unused = keysThere.thenRun(checks::passOne);
    for (DestinationConfig each : asked) {
      checks.threads.execute(() -> checks.attempt(each, FIRST_DELAY, List.of()));
    }
    return checks;
  }

  /**
   * Tells the destinations what was found before, by this server or another, with the configuration
   * that each has now.
   */
  static void recall(
      List<DestinationConfig> all, FindingStore findings, Destinations destinations) {
    for (DestinationConfig each : all) {
      String name = each.policy().name();
      destinations.learn(name, findings.loadFindings(name, each.leadingToTheStore()));
    }
  }

  /** Waits until all have passed; false where that took longer. */
  boolean awaitPassed(Duration atMost) throws InterruptedException {
    return passed.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  /**
   * Asks once, and again after a while unless all was well.
   *
   * @param told the findings that the last attempt logged
   */
  private void attempt(DestinationConfig destination, Duration delay, List<Finding> told) {
    List<Finding> telling = told;
    try {
      long began = System.nanoTime();
      StorageReport report =
          check.check(destination.policy(), destination.startupCheck() == StartupCheck.ON);
      if (threads.isShutdown()) {
        return; // it was interrupted, and says nothing of S3
      }
      learn(destination, report.features());
      telling = report.findings().stream().filter(f -> f.severity() != Severity.OK).toList();
      if (!telling.equals(told)) {
        telling.forEach(finding -> log(report.destination(), finding));
      }
      if (report.isPassed()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        LOG.log(Level.INFO, "destination {0}: S3 checked in {1} ms", report.destination(), millis);
        passOne();
        return;
      }
    } catch (RuntimeException e) {
      if (threads.isShutdown()) {
        return;
      }
      LOG.log(Level.ERROR, "checking destination " + destination.policy().name(), e);
    }
    again(destination, delay, telling);
  }

  /** What another replica has found meanwhile serves where S3 tells this one nothing. */
  private void learn(DestinationConfig destination, Map<StoreFeature, Boolean> found) {
    String name = destination.policy().name();
    try {
      if (found.isEmpty()) {
        recall(List.of(destination), findings, destinations);
      } else {
        destinations.learn(name, found);
        findings.saveFindings(name, destination.leadingToTheStore(), found);
      }
    } catch (UploadException e) { // the next attempt, or the next start, asks S3 itself
      String missing = found.isEmpty() ? "cannot be read" : "is not written down";
      LOG.log(Level.WARNING, "what was found of destination " + name + " " + missing, e);
    }
  }

  private void again(DestinationConfig destination, Duration delay, List<Finding> told) {
    Duration next =
        delay.multipliedBy(2).compareTo(MAX_DELAY) > 0 ? MAX_DELAY : delay.multipliedBy(2);
    if (!threads.isShutdown()) {
      var unused =
          threads.schedule(
              () -> attempt(destination, next, told), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void passOne() {
    if (left.decrementAndGet() == 0) {
      ready.run();
      passed.countDown();
    }
  }

  private static void log(String destination, Finding finding) {
    Level level = finding.severity() == Severity.FAILED ? Level.ERROR : Level.WARNING;
    LOG.log(level, "destination " + destination + ": " + finding.line());
  }
}
