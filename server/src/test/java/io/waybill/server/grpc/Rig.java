package io.waybill.server.grpc;

import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.FakeUrlSigner;
import io.waybill.server.upload.FullLedgers;
import io.waybill.server.upload.GetUpload;
import io.waybill.server.upload.InMemoryObjectStore;
import io.waybill.server.upload.InMemoryUploadStore;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.ListParts;
import io.waybill.server.upload.ListUploads;
import io.waybill.server.upload.MutableClock;
import io.waybill.server.upload.Pauses;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.ReportPart;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Sessions;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageCleaning;
import io.waybill.server.upload.StorageCreation;
import io.waybill.server.upload.TenantExecutor;
import io.waybill.server.upload.TestAssembly;
import io.waybill.server.upload.TestFeatures;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.WatchLimits;
import io.waybill.server.upload.WatchUpload;
import io.waybill.server.upload.Watches;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The real use cases over fakes, on real threads; pauses move the clock instead of waiting. */
final class Rig implements AutoCloseable {
  static final String TENANT = "acme";

  /** Of the destination "small". */
  private static final PerTenant<Quota> SMALL =
      new PerTenant<>(new Quota(2, 1_000), Map.of("vip", Quota.UNLIMITED));

  /** Ten streams, five of a tenant. */
  static final WatchLimits WATCH_LIMITS =
      new WatchLimits(Duration.ofMillis(500), 10, 5, Duration.ofMinutes(12));

  final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T00:00:00Z"));
  final InMemoryUploadStore store = new InMemoryUploadStore(clock);
  final InMemoryObjectStore objects = new InMemoryObjectStore(clock);
  final FakeUrlSigner signer = new FakeUrlSigner();
  final ThreadPoolExecutor workers = pool("workers", 4);
  final ThreadPoolExecutor starters = pool("starters", 4);
  final ThreadPoolExecutor readers = pool("readers", 4);
  final ThreadPoolExecutor bulkhead = pool("completions", 2);
  final ScheduledThreadPoolExecutor timer = timer();
  final TokenBuckets signatures =
      buckets("signatures_per_second", "few-signatures", new Rate(10, 20));
  final TokenBuckets calls = buckets("calls_per_second", "few-calls", new Rate(2, 3));
  final Watches watches = new Watches(store, clock, new Random(3), WATCH_LIMITS);
  private final WatchUpload watchUpload =
      new WatchUpload(new Sessions(store, clock), watches, WATCH_LIMITS);
  final StatusErrors errors = new StatusErrors(new Random(1));
  final UploadGrpcService service =
      new UploadGrpcService(
          useCases(),
          new Calls(any(workers), any(starters), any(readers), timer, errors),
          new PageTokens(new byte[32]));

  private TokenBuckets buckets(String what, String tenant, Rate rate) {
    return new TokenBuckets(
        what,
        new PerTenant<>(Rate.UNLIMITED, Map.of(tenant, rate)),
        () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()));
  }

  /** How many watch. */
  int watching() {
    return watchUpload.watching();
  }

  /** A session as the store has it. */
  Upload stored(String uploadId) {
    return store.find(TENANT, UploadId.parse(uploadId).orElseThrow()).orElseThrow();
  }

  private UseCases useCases() {
    Destinations destinations = destinations();
    Pauses pauses = clock::advance;
    Timing timing = Timing.DEFAULT;
    TestAssembly wired = TestAssembly.of(store, objects, destinations, clock, pauses, timing);
    Sessions sessions = wired.sessions();
    StorageCreation creation = wired.creation();
    StorageCleaning cleaning = wired.cleaning();
    SignParts signParts =
        new SignParts(sessions, store, destinations, signer, clock, signatures, any(readers));
    Assembly assembly = wired.assembly();
    CompleteUpload complete = new CompleteUpload(sessions, assembly, any(bulkhead));
    return new UseCases(
        new StartUpload(
            new UploadPlanner(destinations, clock, new Random(2)),
            store,
            sessions,
            creation,
            signParts,
            clock,
            pauses,
            timing),
        signParts,
        new ReportPart(
            sessions,
            store,
            clock,
            any(readers),
            new FullLedgers(destinations, store, complete, any(readers), (pause, work) -> {})),
        complete,
        new AbortUpload(sessions, store, cleaning, clock),
        new GetUpload(sessions, store),
        new ListUploads(store),
        new ListParts(sessions, store, objects),
        watchUpload);
  }

  private static Destinations destinations() {
    KeyTemplate own = new KeyTemplate("", KeyTemplate.DEFAULT, false);
    KeyTemplate exact = new KeyTemplate("exact/", KeyTemplate.DEFAULT_EXACT, true);
    ContentTypes any = new ContentTypes(List.of("*/*"));
    long all = S3Limits.MAX_OBJECT_BYTES;
    return new Destinations(
        List.of(
            destination("any", own, any, all, false),
            destination("exact", exact, any, all, false),
            destination("strict", own, new ContentTypes(List.of("image/*")), 1000, true),
            destination("by-itself", own, any, all, false),
            destination("checked", own, any, all, false, ContentCheck.REJECT),
            destination("small", own, any, all, false, ContentCheck.OFF, SMALL)));
  }

  private static Destination destination(
      String name, KeyTemplate keys, ContentTypes types, long maxSizeBytes, boolean checksums) {
    return destination(name, keys, types, maxSizeBytes, checksums, ContentCheck.OFF);
  }

  private static Destination destination(
      String name,
      KeyTemplate keys,
      ContentTypes types,
      long maxSizeBytes,
      boolean checksums,
      ContentCheck check) {
    return destination(
        name, keys, types, maxSizeBytes, checksums, check, PerTenant.all(Quota.UNLIMITED));
  }

  private static Destination destination(
      String name,
      KeyTemplate keys,
      ContentTypes types,
      long maxSizeBytes,
      boolean checksums,
      ContentCheck check,
      PerTenant<Quota> quotas) {
    return new Destination(
        name,
        "bucket",
        keys,
        types,
        maxSizeBytes,
        8 * S3Limits.MIB,
        100 * S3Limits.MIB,
        checksums,
        false,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(7),
        check,
        TestFeatures.AWS,
        quotas,
        name.equals("by-itself"));
  }

  private static TenantExecutor any(Executor executor) {
    return (tenant, work) -> executor.execute(work);
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(100),
        (work, full) -> {
          throw UploadException.overloaded(name);
        });
  }

  @Override
  public void close() {
    List.of(workers, starters, readers, bulkhead, timer).forEach(ThreadPoolExecutor::shutdownNow);
  }
}
