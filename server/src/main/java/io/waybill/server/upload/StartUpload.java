package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes a session, or finds the one that this request id made. */
public final class StartUpload {

  /**
   * What to upload, and how.
   *
   * @param mode null for AUTO
   * @param partSizeBytes the wished part size; 0 for the destination's
   * @param algorithm null where the caller said nothing
   * @param sessionTtl null for the destination's
   * @param signFirst how many parts to sign at once
   * @param malformed fields that could not even be read, to be reported with the others
   */
  public record Request(
      String requestId,
      String destination,
      String objectKey,
      String filename,
      String contentType,
      OptionalLong sizeBytes,
      long partSizeBytes,
      @Nullable UploadMode mode,
      @Nullable ChecksumAlgorithm algorithm,
      Map<String, String> metadata,
      @Nullable Duration sessionTtl,
      int signFirst,
      boolean validateOnly,
      List<Violation> malformed) {
    public Request {
      metadata = Map.copyOf(metadata);
      malformed = List.copyOf(malformed);
    }
  }

  /** The session, and its first parts signed where that was asked for and it is ACTIVE. */
  public record Started(Upload upload, List<SignedPart> signed) {}

  private static final Duration POLL = Duration.ofMillis(50);

  private final UploadPlanner planner;
  private final UploadStore store;
  private final Sessions sessions;
  private final StorageCreation creation;
  private final SignParts signParts;
  private final Clock clock;
  private final Pauses pauses;
  private final Timing timing;

  public StartUpload(
      UploadPlanner planner,
      UploadStore store,
      Sessions sessions,
      StorageCreation creation,
      SignParts signParts,
      Clock clock,
      Pauses pauses,
      Timing timing) {
    this.planner = planner;
    this.store = store;
    this.sessions = sessions;
    this.creation = creation;
    this.signParts = signParts;
    this.clock = clock;
    this.pauses = pauses;
    this.timing = timing;
  }

  /** What a session of this request would be, if there is room for it now. Makes nothing. */
  public UploadSpec validate(Caller caller, Request request) {
    UploadSpec spec = planner.plan(caller, request);
    if (existing(caller, request).isEmpty()) {
      Usage used = store.usage(spec.destination(), spec.tenant());
      Optional<UploadException> refusal =
          planner.quotaOf(spec).refusal(spec, Usage.of(spec, UploadState.CREATING), used);
      if (refusal.isPresent()) {
        throw refusal.get();
      }
    }
    return spec;
  }

  /**
   * Whether {@link #execute} may have to wait for S3. Where it does not, or the request is wrong,
   * it waits for the session database alone.
   */
  public boolean asksStorage(Caller caller, Request request) {
    try {
      return StorageCreation.isNeededFor(planner.plan(caller, request));
    } catch (UploadException refusal) {
      return false;
    }
  }

  /** Blocks while S3 creates the upload. */
  public Started execute(Caller caller, Request request) {
    UploadSpec spec;
    try {
      spec = planner.plan(caller, request);
    } catch (UploadException refusal) {
      // What is allowed may have changed since: a session that is there stays its caller's.
      return answer(caller, request, existing(caller, request).orElseThrow(() -> refusal), false);
    }
    Instant now = clock.instant();
    Progress first = Progress.creating(now.plus(timing.createLease()));
    UploadStore.Created created =
        store.create(
            spec,
            StorageCreation.isNeededFor(spec) ? first : first.activated(""),
            spec.expireTimeFrom(now),
            planner.quotaOf(spec));
    if (!created.upload().spec().requestDigest().equals(spec.requestDigest())) {
      throw reused(request, created.upload());
    }
    return answer(caller, request, created.upload(), created.isNew());
  }

  private Started answer(Caller caller, Request request, Upload found, boolean isNew) {
    Upload upload = found;
    if (found.state() == UploadState.CREATING) {
      upload = isNew ? creation.create(found) : awaitCreation(caller, found);
    }
    List<SignedPart> signed = sign(upload, request.signFirst());
    boolean moved = isNew || request.signFirst() > 0;
    return new Started(moved ? sessions.reread(upload) : upload, signed);
  }

  private Optional<Upload> existing(Caller caller, Request request) {
    if (!RequestForm.isRequestId(request.requestId())) {
      return Optional.empty();
    }
    String digest = RequestDigest.of(request);
    return store
        .findByRequestId(caller.tenant(), request.requestId())
        .filter(upload -> upload.spec().requestDigest().equals(digest));
  }

  private Upload awaitCreation(Caller caller, Upload upload) {
    Instant deadline = clock.instant().plus(timing.createWait());
    Upload seen = upload;
    while (seen.state() == UploadState.CREATING) {
      Instant now = clock.instant();
      if (!seen.progress().isLeased(now)) {
        return creation.takeOver(seen);
      }
      if (!now.isBefore(deadline)) {
        throw Sessions.refusal(seen, now);
      }
      pauses.pause(POLL);
      // Gone from the store: S3 surely refused the first start, and so it may be tried anew.
      seen =
          store
              .find(caller.tenant(), upload.id())
              .orElseThrow(() -> Sessions.refusal(upload, clock.instant()));
    }
    return seen;
  }

  private List<SignedPart> sign(Upload upload, int first) {
    if (first <= 0 || !isOpen(upload)) {
      return List.of();
    }
    int count = Math.min(first, upload.spec().plan().partCount());
    List<SignParts.Ask> parts =
        IntStream.rangeClosed(1, count).mapToObj(n -> new SignParts.Ask(n, null)).toList();
    try {
      return signParts.sign(upload, parts, null).toCompletableFuture().join().parts();
    } catch (UploadException e) {
      if (e.reason() == Reason.RATE_LIMITED) {
        return List.of(); // the session is made; SignParts says when there are signatures again
      }
      throw e;
    } catch (CompletionException e) {
      if (isOpen(sessions.reread(upload))) {
        throw e;
      }
      return List.of(); // it was aborted or completed meanwhile; the reply says so
    }
  }

  private boolean isOpen(Upload upload) {
    return upload.state() == UploadState.ACTIVE && !upload.isExpiredAt(clock.instant());
  }

  private static UploadException reused(Request request, Upload upload) {
    return new UploadException(
        Reason.REQUEST_ID_REUSED,
        "this request_id made an upload from another request",
        Map.of("request_id", request.requestId(), "upload_id", upload.id().toString()));
  }
}
