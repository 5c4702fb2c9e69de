package io.waybill.server.s3.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.waybill.server.s3.S3Storage;
import io.waybill.server.upload.AbortUpload;
import io.waybill.server.upload.Assembly;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.CompleteUpload;
import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.InMemoryUploadStore;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.LastLook;
import io.waybill.server.upload.MutableClock;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Rate;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.Sessions;
import io.waybill.server.upload.SignParts;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.StorageCleaning;
import io.waybill.server.upload.StorageCreation;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.SweepOrphans;
import io.waybill.server.upload.SweepUploads;
import io.waybill.server.upload.TestAssembly;
import io.waybill.server.upload.TestFeatures;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.TokenBuckets;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.UploadState;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One server's use cases on real S3, and a caller who does as the contract says: what carries a
 * RetryInfo is asked again. Times are the test's: waiting moves the clock.
 */
final class Waybill {
  static final String OWN_KEYS = "own";
  static final String EXACT_KEYS = "exact";

  /** Where content that begins with MZ is rejected. */
  static final String CHECKED = "checked";

  static final Set<String> DESTINATIONS = Set.of(OWN_KEYS, EXACT_KEYS, CHECKED);

  /** What a passing fault of S3 may be called; each with a RetryInfo. */
  static final Set<Reason> PASSING =
      Set.of(Reason.STORAGE_UNAVAILABLE, Reason.UPLOAD_CREATING, Reason.UPLOAD_COMPLETING);

  private static final int MAX_CALLS = 8;
  private static final Caller ACME = new Caller("acme", "test");

  private final MutableClock clock = new MutableClock(Instant.now());
  private final InMemoryUploadStore store = new InMemoryUploadStore(clock);
  private final String bucket;
  private final Set<Reason> alsoPassing;
  private final StartUpload start;
  private final SignParts signParts;
  private final CompleteUpload complete;
  private final AbortUpload abort;
  private final SweepUploads sweep;
  private final SweepOrphans orphans;

  /**
   * Wires one.
   *
   * @param bucket where it uploads to
   * @param alsoPassing after what else the caller tries again
   */
  Waybill(S3Storage storage, String bucket, Set<Reason> alsoPassing) {
    this.bucket = bucket;
    this.alsoPassing = alsoPassing;
    Destinations destinations =
        new Destinations(
            List.of(
                destination(OWN_KEYS, new KeyTemplate("own/", KeyTemplate.DEFAULT, false)),
                destination(EXACT_KEYS, new KeyTemplate("exact/", KeyTemplate.DEFAULT_EXACT, true)),
                destination(
                    CHECKED,
                    new KeyTemplate("checked/", KeyTemplate.DEFAULT, false),
                    ContentCheck.REJECT)));
    ObjectStore objects = storage.objectStore();
    Timing timing = Timing.DEFAULT;
    TestAssembly wired =
        TestAssembly.of(store, objects, destinations, clock, clock::advance, timing);
    Sessions sessions = wired.sessions();
    StorageCreation creation = wired.creation();
    StorageCleaning cleaning = wired.cleaning();
    Assembly assembly = wired.assembly();
    signParts =
        new SignParts(
            sessions,
            store,
            destinations,
            storage.urlSigner(),
            clock,
            new TokenBuckets(
                "signatures_per_second", PerTenant.all(Rate.UNLIMITED), System::nanoTime),
            (tenant, work) -> work.run());
    start =
        new StartUpload(
            new UploadPlanner(destinations, clock, new Random()),
            store,
            sessions,
            creation,
            signParts,
            clock,
            clock::advance,
            timing);
    complete = new CompleteUpload(sessions, assembly, (tenant, work) -> work.run());
    abort = new AbortUpload(sessions, store, cleaning, clock);
    sweep =
        new SweepUploads(
            store,
            creation,
            cleaning,
            complete,
            new LastLook(destinations, assembly, complete, clock, timing),
            clock);
    orphans = new SweepOrphans(destinations, store, objects, clock, timing);
  }

  /** One call of StartUpload, always of the same request. */
  Upload start(String destination, UploadMode mode, int sizeBytes) {
    return start(destination, mode, ChecksumAlgorithm.NONE, sizeBytes);
  }

  Upload start(String destination, UploadMode mode, ChecksumAlgorithm algorithm, int sizeBytes) {
    StartUpload.Request request =
        new StartUpload.Request(
            "the-request",
            destination,
            destination.equals(EXACT_KEYS) ? "the/annual report+100%.pdf" : "",
            "annual report 1+1 100% \u00fc.bin",
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
    return start.execute(ACME, request).upload();
  }

  /** Signs every part and PUTs it, as an uploader that has no trouble. */
  void put(Upload upload, byte[] file) {
    for (SignedPart part : sign(upload)) {
      int from = (int) part.offsetBytes();
      Uploader.put(part, Arrays.copyOfRange(file, from, from + (int) part.sizeBytes()));
    }
  }

  List<SignedPart> sign(Upload upload) {
    int all = upload.spec().plan().partCount();
    return signParts
        .executeNextMissing(ACME, upload.id(), all, null)
        .toCompletableFuture()
        .join()
        .parts();
  }

  /**
   * Signs one part.
   *
   * @param checksum null where the upload has no algorithm
   */
  SignedPart sign(Upload upload, int number, @Nullable Checksum checksum) {
    return signParts
        .execute(ACME, upload.id(), List.of(new SignParts.Ask(number, checksum)), null)
        .toCompletableFuture()
        .join()
        .parts()
        .get(0);
  }

  /** One call of Complete. */
  Upload complete(Upload upload) {
    return complete.execute(ACME, upload.id()).toCompletableFuture().join();
  }

  /** Calls Complete until it is refused for good, and says why. */
  Reason rejection(Upload upload) {
    return insist(
        () -> {
          try {
            return fail("completed: %s", complete(upload));
          } catch (CompletionException | UploadException e) {
            Throwable cause = e instanceof CompletionException ? e.getCause() : e;
            if (cause instanceof UploadException refusal
                && !PASSING.contains(refusal.reason())
                && !alsoPassing.contains(refusal.reason())) {
              return refusal.reason();
            }
            throw e;
          }
        });
  }

  /** One call of Abort. */
  Upload abort(Upload upload) {
    return abort.execute(ACME, upload.id());
  }

  void sweep() {
    sweep.execute(Duration.ZERO);
  }

  void sweepOrphans() {
    orphans.execute();
  }

  /** Sweeps as the schedule does, until long after the last URL. */
  void sweepForDays() {
    for (Duration step :
        List.of(
            Duration.ZERO,
            Duration.ofMinutes(2),
            Duration.ofHours(12),
            Duration.ofHours(36),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2),
            Duration.ofMinutes(2))) {
      advance(step);
      sweep();
    }
  }

  void advance(Duration step) {
    clock.advance(step);
  }

  /** The session as it is by now. */
  Upload now(Upload upload) {
    return store.find(ACME.tenant(), upload.id()).orElseThrow();
  }

  /** The one session there is. */
  Upload only() {
    List<Upload> all = store.due(Instant.MAX, 10);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  /** Sessions that the sweeper has still to look at. */
  List<UploadState> due() {
    return store.due(Instant.MAX, 10).stream().map(Upload::state).toList();
  }

  /** Calls until the answer is one, as a caller does who was promised that it passes. */
  <T> T insist(Supplier<T> call) {
    for (int calls = 0; calls < MAX_CALLS; calls++) {
      try {
        return call.get();
      } catch (RuntimeException e) {
        clock.advance(refusal(e));
      }
    }
    return fail("still refused after %d calls", MAX_CALLS);
  }

  /** Calls once, and takes either answer. */
  void tryOnce(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      clock.advance(refusal(e));
    }
  }

  /** Checks that an error is of those declared for what passes, and says when to call again. */
  private Duration refusal(RuntimeException failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    UploadException refusal =
        cause instanceof UploadException known
            ? known
            : cause instanceof StorageException storage ? storage.toUploadException() : null;
    if (refusal == null) {
      throw new AssertionError("this would be INTERNAL", failure);
    }
    if (alsoPassing.contains(refusal.reason())) {
      return refusal.retryAfter().orElse(Duration.ofSeconds(1));
    }
    if (!PASSING.contains(refusal.reason()) || refusal.retryAfter().isEmpty()) {
      throw new AssertionError("the caller is told not to try again: " + refusal.text(), refusal);
    }
    return refusal.retryAfter().get();
  }

  private Destination destination(String name, KeyTemplate keys) {
    return destination(name, keys, ContentCheck.OFF);
  }

  private Destination destination(String name, KeyTemplate keys, ContentCheck check) {
    return new Destination(
        name,
        bucket,
        keys,
        new ContentTypes(List.of("*/*")),
        S3Limits.MAX_OBJECT_BYTES,
        S3Limits.MIN_PART_BYTES,
        100 * S3Limits.MIB,
        false,
        false,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(6),
        check,
        TestFeatures.AWS,
        PerTenant.all(Quota.UNLIMITED),
        false);
  }
}
