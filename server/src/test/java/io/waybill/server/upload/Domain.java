package io.waybill.server.upload;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The use cases over fakes, on the test's own thread; pauses move the clock instead of waiting. */
final class Domain {
  static final Caller ACME = new Caller("acme", "test");
  static final Caller OTHER = new Caller("other", "test");
  static final Timing TIMING = Timing.DEFAULT;
  static final long MIB = S3Limits.MIB;

  /** The id of no session. */
  static final String UNUSED_ID = "01890000-0000-7000-8000-000000000000";

  final MutableClock clock = new MutableClock(Instant.parse("2026-01-01T00:00:00Z"));
  final InMemoryUploadStore store = new InMemoryUploadStore(clock);
  final InMemoryObjectStore objects = new InMemoryObjectStore(clock);
  final Destinations destinations =
      new Destinations(
          List.of(
              destination("own", new KeyTemplate("", KeyTemplate.DEFAULT, false), false),
              destination("exact", new KeyTemplate("", KeyTemplate.DEFAULT_EXACT, true), false),
              destination("over", new KeyTemplate("", KeyTemplate.DEFAULT_EXACT, true), true),
              checked("reject", ContentCheck.REJECT),
              checked("tag", ContentCheck.TAG),
              byItself("auto", new KeyTemplate("auto/", KeyTemplate.DEFAULT, false)),
              byItself("exact-auto", new KeyTemplate("ex/", KeyTemplate.DEFAULT_EXACT, true))));
  private final TestAssembly wired =
      TestAssembly.of(store, objects, destinations, clock, clock::advance, TIMING);
  final Sessions sessions = wired.sessions();
  final Leases leases = wired.leases();
  final StorageCreation creation = wired.creation();
  final StorageCleaning cleaning = wired.cleaning();
  final Assembly assembly = wired.assembly();
  final SignParts signParts =
      new SignParts(
          sessions,
          store,
          destinations,
          new FakeUrlSigner(),
          clock,
          new TokenBuckets(
              "signatures_per_second", PerTenant.all(Rate.UNLIMITED), System::nanoTime),
          (tenant, work) -> work.run());

  /** What waits for its time. */
  final Queue<Alarm> alarms = new PriorityQueue<>(Comparator.comparing(Alarm::at));

  final CompleteUpload completions = complete(Runnable::run);
  final ReportPart reportPart =
      new ReportPart(
          sessions,
          store,
          clock,
          (tenant, work) -> work.run(),
          new FullLedgers(
              destinations,
              store,
              completions,
              (tenant, work) -> work.run(),
              (pause, work) -> alarms.add(new Alarm(clock.instant().plus(pause), work))));
  final ConfirmUpload confirm = new ConfirmUpload(store, objects, destinations, completions);
  final AbortUpload abort = new AbortUpload(sessions, store, cleaning, clock);
  final SweepUploads sweep =
      new SweepUploads(
          store,
          creation,
          cleaning,
          completions,
          new LastLook(destinations, assembly, completions, clock, TIMING),
          clock);
  final SweepOrphans orphans = new SweepOrphans(destinations, store, objects, clock, TIMING);
  final StartUpload start = startTo(destinations);

  record Alarm(Instant at, Runnable work) {}

  /** Lets time go by until the next alarm, and rings it. */
  Duration ring() {
    Alarm next = alarms.remove();
    Duration pause = Duration.between(clock.instant(), next.at());
    clock.advance(pause);
    next.work().run();
    return pause;
  }

  /** As it is after a destination was taken out of the configuration. */
  StartUpload startWithout(String destination) {
    return startTo(
        new Destinations(
            destinations.all().stream().filter(d -> !d.name().equals(destination)).toList()));
  }

  StartUpload startTo(Destinations allowed) {
    UploadPlanner planner = new UploadPlanner(allowed, clock, new Random(1));
    return new StartUpload(
        planner, store, sessions, creation, signParts, clock, clock::advance, TIMING);
  }

  CompleteUpload complete(Executor bulkhead) {
    return new CompleteUpload(sessions, assembly, (tenant, work) -> bulkhead.execute(work));
  }

  /** Completes on this thread; throws what the caller would see. */
  Upload complete(Upload upload) {
    try {
      return complete(Runnable::run).execute(ACME, upload.id()).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof UploadException failure ? failure : e;
    }
  }

  Upload start(long sizeBytes, UploadMode mode) {
    return start.execute(ACME, request("r-" + clock.instant(), "own", sizeBytes, mode)).upload();
  }

  Upload startTo(String destination, long sizeBytes, UploadMode mode) {
    clock.advance(Duration.ofMillis(1)); // else it were the same request_id
    return start
        .execute(ACME, request("r-" + clock.instant(), destination, sizeBytes, mode))
        .upload();
  }

  /** A multipart upload whose parts S3 has, and nobody reported. */
  Upload startAndPutParts(int parts) {
    Upload upload = start(parts * (8 * MIB), UploadMode.MULTIPART);
    for (int n = 1; n <= parts; n++) {
      objects.putPart(upload, n);
    }
    return upload;
  }

  void report(Upload upload, int number, String etag) {
    report(upload, number, etag, null);
  }

  void report(Upload upload, int number, String etag, @Nullable Checksum checksum) {
    reportPart
        .execute(
            ACME, upload.id(), new ReportPart.Report(number, etag, OptionalLong.empty(), checksum))
        .toCompletableFuture()
        .join();
  }

  Upload now(Upload upload) {
    return sessions.reread(upload);
  }

  static StartUpload.Request request(
      String requestId, String destination, long sizeBytes, @Nullable UploadMode mode) {
    return request(requestId, destination, sizeBytes, mode, null);
  }

  static StartUpload.Request request(
      String requestId,
      String destination,
      long sizeBytes,
      @Nullable UploadMode mode,
      @Nullable ChecksumAlgorithm algorithm) {
    return new StartUpload.Request(
        requestId,
        destination,
        destination.startsWith("exact") || destination.equals("over") ? "the/key" : "",
        "file.bin",
        "",
        OptionalLong.of(sizeBytes),
        0,
        mode,
        algorithm,
        Map.of(),
        null,
        0,
        false,
        List.of());
  }

  /** The destination "own", of whose store no more than this is known. */
  static Destinations ownKnowing(StoreFeatures features) {
    KeyTemplate keys = new KeyTemplate("", KeyTemplate.DEFAULT, false);
    return new Destinations(
        List.of(destination("own", keys, false, ContentCheck.OFF, false, features)));
  }

  /** The same for "exact", whose content is rejected where it is not as declared. */
  static Destinations rejectingAtExactKeysKnowing(StoreFeatures features) {
    KeyTemplate keys = new KeyTemplate("", KeyTemplate.DEFAULT_EXACT, true);
    return new Destinations(
        List.of(destination("exact", keys, false, ContentCheck.REJECT, false, features)));
  }

  private static Destination checked(String name, ContentCheck check) {
    KeyTemplate keys = new KeyTemplate(name + "/", KeyTemplate.DEFAULT, false);
    return destination(name, keys, false, check);
  }

  private static Destination destination(String name, KeyTemplate keys, boolean overwrite) {
    return destination(name, keys, overwrite, ContentCheck.OFF);
  }

  private static Destination byItself(String name, KeyTemplate keys) {
    return destination(name, keys, false, ContentCheck.OFF, true);
  }

  private static Destination destination(
      String name, KeyTemplate keys, boolean overwrite, ContentCheck check) {
    return destination(name, keys, overwrite, check, false);
  }

  private static Destination destination(
      String name,
      KeyTemplate keys,
      boolean overwrite,
      ContentCheck check,
      boolean completeOnEvent) {
    return destination(name, keys, overwrite, check, completeOnEvent, TestFeatures.AWS);
  }

  private static Destination destination(
      String name,
      KeyTemplate keys,
      boolean overwrite,
      ContentCheck check,
      boolean completeOnEvent,
      StoreFeatures features) {
    return new Destination(
        name,
        "bucket",
        keys,
        new ContentTypes(List.of("*/*")),
        S3Limits.MAX_OBJECT_BYTES,
        8 * MIB,
        100 * MIB,
        false,
        overwrite,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(6),
        check,
        features,
        PerTenant.all(Quota.UNLIMITED),
        completeOnEvent);
  }
}
