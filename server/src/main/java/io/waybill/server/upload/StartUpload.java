package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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
  private final StorageCreation creation;
  private final SignParts signParts;
  private final Clock clock;
  private final Pauses pauses;
  private final Timing timing;

  public StartUpload(
      UploadPlanner planner,
      UploadStore store,
      StorageCreation creation,
      SignParts signParts,
      Clock clock,
      Pauses pauses,
      Timing timing) {
    this.planner = planner;
    this.store = store;
    this.creation = creation;
    this.signParts = signParts;
    this.clock = clock;
    this.pauses = pauses;
    this.timing = timing;
  }

  /** What a session of this request would be. Makes nothing. */
  public UploadSpec validate(Caller caller, Request request) {
    return planner.plan(caller, request);
  }

  /** Blocks while S3 creates the upload. */
  public Started execute(Caller caller, Request request) {
    UploadSpec spec = planner.plan(caller, request);
    Instant now = clock.instant();
    Progress first = Progress.creating(now.plus(timing.createLease()));
    UploadStore.Created created =
        store.create(
            spec,
            spec.mode() == UploadMode.SINGLE ? first.activated("") : first,
            spec.expireTimeFrom(now));
    Upload upload = created.upload();
    if (!upload.spec().requestDigest().equals(spec.requestDigest())) {
      throw reused(request, upload);
    }
    if (upload.state() == UploadState.CREATING) {
      upload = created.isNew() ? creation.create(upload) : awaitCreation(caller, upload);
    }
    List<SignedPart> signed = sign(upload, request.signFirst());
    return new Started(created.isNew() ? asStored(upload) : upload, signed);
  }

  /** With the times that creating and signing have moved. */
  private Upload asStored(Upload upload) {
    return store.find(upload.spec().tenant(), upload.id()).orElse(upload);
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
    boolean open = upload.state() == UploadState.ACTIVE && !upload.isExpiredAt(clock.instant());
    if (first == 0 || !open) {
      return List.of();
    }
    int count = Math.min(first, upload.spec().plan().partCount());
    List<SignParts.Ask> parts =
        IntStream.rangeClosed(1, count).mapToObj(n -> new SignParts.Ask(n, null)).toList();
    return signParts.sign(upload, parts, null).toCompletableFuture().join().parts();
  }

  private static UploadException reused(Request request, Upload upload) {
    return new UploadException(
        Reason.REQUEST_ID_REUSED,
        "this request_id made an upload from another request",
        Map.of("request_id", request.requestId(), "upload_id", upload.id().toString()));
  }
}
