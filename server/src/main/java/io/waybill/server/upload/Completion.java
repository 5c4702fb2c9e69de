package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes a session from COMPLETING to COMPLETED, or back to ACTIVE, or to FAILED. It looks at the
 * key before it sends anything, sends the same manifest however often, and believes no answer
 * before the object itself (PROTOCOL rows 14 to 16 and 24, invariants I2 and I3).
 */
public final class Completion {
  private static final System.Logger LOG = System.getLogger(Completion.class.getName());
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration BACKOFF = Duration.ofMillis(500);

  /**
   * How often in a row S3 has to have neither the object nor the upload before that is believed.
   */
  private static final int LOOKS_BEFORE_GONE = 3;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Somebody with a newer fence has the session. */
  private static final class FenceLost extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** The fences of sessions that this server could neither finish nor let go of. */
  private final Map<UploadId, Long> stranded = new ConcurrentHashMap<>();

  private final UploadStore store;
  private final ObjectStore objects;
  private final Sessions sessions;
  private final Leases leases;
  private final ContentInspection content;
  private final StorageCleaning cleaning;
  private final Clock clock;
  private final Pauses pauses;
  private final Timing timing;

  public Completion(
      UploadStore store,
      ObjectStore objects,
      Sessions sessions,
      Leases leases,
      ContentInspection content,
      StorageCleaning cleaning,
      Clock clock,
      Pauses pauses,
      Timing timing) {
    this.store = store;
    this.objects = objects;
    this.sessions = sessions;
    this.leases = leases;
    this.content = content;
    this.cleaning = cleaning;
    this.clock = clock;
    this.pauses = pauses;
    this.timing = timing;
  }

  /**
   * Blocks until it is clear what comes of the upload, or for a few attempts.
   *
   * @param held a COMPLETING session whose lease is the caller's
   * @param manifest its ledger; empty where S3 dropped the upload before anything was sent
   * @return the COMPLETED session
   */
  Upload finish(Upload held, List<Part> manifest) {
    Upload upload = held;
    leases.hold(held);
    try {
      for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        boolean settled = isSettled(upload.progress()); // before the look at the key, not after it
        Optional<Upload> completed = judge(upload, manifest, settled);
        if (completed.isPresent()) {
          return completed.get();
        }
        upload = send(upload, manifest, settled);
      }
      return judge(upload, manifest, isSettled(upload.progress())).orElseThrow(this::unclear);
    } catch (FenceLost e) {
      return sessions.requireCompleted(sessions.reread(held));
    } catch (StorageException e) {
      throw letGo(upload, e);
    } catch (UploadException e) {
      if (e.reason() == Reason.STORE_UNAVAILABLE || e.reason() == Reason.OVERLOADED) {
        stranded.put(upload.id(), upload.progress().fence());
      }
      throw e;
    } finally {
      leases.letGo(held.id());
    }
  }

  /**
   * Whether the lease on a session is this server's own, left when the database did not answer, so
   * that nobody works on it; asks once. By the fence: whoever has taken over since has raised it.
   */
  boolean stillHolds(Upload seen) {
    return stranded.remove(seen.id(), seen.progress().fence());
  }

  /**
   * What the object at the key says; empty where nothing yet, so that the manifest is to be sent.
   *
   * @param settled whether no attempt could take effect any more, before this looks
   */
  private Optional<Upload> judge(Upload upload, List<Part> manifest, boolean settled) {
    boolean whole = isWhole(upload.spec(), manifest);
    for (int look = 1; look <= LOOKS_BEFORE_GONE; look++) {
      Optional<Upload> completed = judgeObject(upload, manifest, settled);
      if (completed.isPresent() || (whole && upload.progress().unsettledSince() == null)) {
        return completed;
      }
      boolean there = isThere(upload);
      if (there && whole) {
        return Optional.empty();
      }
      if (there && settled) {
        throw reopen(upload, Reason.STORAGE_UNAVAILABLE, "S3 did not list its parts", List.of())
            .retryAfter(RETRY_AFTER);
      }
      if (!settled) {
        throw new StorageException(
            StorageException.Kind.UNAVAILABLE, "neither the upload nor its object are there yet");
      }
      pauses.pause(BACKOFF);
    }
    throw fail(upload, Reason.STORAGE_UPLOAD_GONE, "S3 no longer has the multipart upload");
  }

  /**
   * Whether S3 has the multipart upload: it is gone only where neither list has anything of it.
   * Some stores list the parts of an upload that is long gone, so parts alone count only until the
   * session's end: otherwise every attempt would put off the end of the one before.
   */
  private boolean isThere(Upload upload) {
    String storageUploadId = upload.progress().storageUploadId();
    return objects.isListed(upload.spec(), storageUploadId)
        || (!upload.isExpiredAt(clock.instant())
            && objects.hasParts(upload.spec(), storageUploadId));
  }

  /** What the object alone says; empty where it is not there. */
  private Optional<Upload> judgeObject(Upload upload, List<Part> manifest, boolean settled) {
    UploadSpec spec = upload.spec();
    Optional<ObjectStore.FoundObject> found = objects.head(spec);
    if (found.isPresent() && found.get().isOf(spec)) {
      return Optional.of(verify(upload, found.get().object(), manifest));
    }
    boolean taken = found.isPresent() && !spec.overwrite();
    if (taken && settled) {
      throw fail(upload, Reason.OBJECT_EXISTS, "another object stands at the key");
    }
    if (taken) {
      // Nothing is sent over it, since not every store honours If-None-Match; an attempt that is
      // not settled may yet show what came of it.
      throw new StorageException(
          StorageException.Kind.UNAVAILABLE, "another object stands at the key, for now");
    }
    if (spec.mode() == UploadMode.SINGLE) {
      throw objectGone(upload);
    }
    return Optional.empty();
  }

  private Upload send(Upload upload, List<Part> manifest, boolean settled) {
    Progress before = upload.progress();
    @Nullable Instant unsettled = settled ? null : before.unsettledSince();
    Instant now = clock.instant();
    Upload sending = write(upload, before.attempting(now, now.plus(timing.completeLease())));
    try {
      objects.completeMultipartUpload(upload.spec(), before.storageUploadId(), manifest);
      return sending;
    } catch (StorageException e) {
      LOG.log(Level.WARNING, "completing upload " + upload.id() + ": " + e.kind(), e);
      pauses.pause(BACKOFF);
      return switch (e.kind()) {
        case PARTS_REFUSED, REFUSED, UNSUPPORTED -> refused(sending, unsettled, e);
        case EXISTS -> write(sending, sending.progress().refused(unsettled, why(e)));
        case GONE, UNAVAILABLE -> sending;
      };
    }
  }

  private Upload refused(Upload sending, @Nullable Instant unsettled, StorageException e) {
    Upload refused = write(sending, sending.progress().refused(unsettled, why(e)));
    if (refused.progress().unsettledSince() == null) {
      throw reopen(refused, why(e).reason(), why(e).message(), List.of());
    }
    return refused;
  }

  private static Failure why(StorageException e) {
    return switch (e.kind()) {
      case PARTS_REFUSED -> new Failure(Reason.PART_MISMATCH, "S3 refused the parts");
      case EXISTS -> new Failure(Reason.OBJECT_EXISTS, "another object stands at the key");
      default -> new Failure(Reason.STORAGE_REFUSED, "S3 refused to complete the upload");
    };
  }

  private Upload verify(Upload upload, StoredObject object, List<Part> manifest) {
    long planned = upload.spec().plan().sizeBytes();
    if (object.sizeBytes() != planned) {
      throw fail(
          upload,
          Reason.SIZE_MISMATCH,
          "the object has " + object.sizeBytes() + " bytes, the plan " + planned);
    }
    Optional<Checksum> expected = ObjectChecksum.of(upload.spec(), manifest);
    if (expected.isPresent()
        && object.checksum() != null
        && !expected.get().equals(object.checksum())) {
      throw fail(
          upload,
          Reason.CHECKSUM_MISMATCH,
          "the object's checksum is not the one put together from its parts");
    }
    Optional<String> detected = contradiction(upload, object);
    if (detected.isPresent()) {
      throw reject(upload, detected.get());
    }
    write(upload, upload.progress().completed(clock.instant(), object));
    return sessions.reread(upload);
  }

  /**
   * What S3 refuses to show or to tag may be done once the operator has acted; but a session does
   * not wait for that beyond its time, and what could not be looked into, or lacks the tag that it
   * needs, is never called COMPLETED.
   */
  private Optional<String> contradiction(Upload upload, StoredObject object) {
    try {
      return content.contradiction(upload.spec(), object);
    } catch (StorageException e) {
      if (e.isRefusal() && upload.isExpiredAt(clock.instant())) {
        throw fail(
                upload,
                Reason.STORAGE_REFUSED,
                "S3 refuses to show or to tag the object, and without that it is not complete")
            .causedBy(e);
      }
      throw e;
    }
  }

  /** Whether no attempt can take effect any more, as long as the object is not there already. */
  private boolean isSettled(Progress progress) {
    Instant since = progress.unsettledSince();
    return since == null || clock.instant().isAfter(since.plus(timing.completeGrace()));
  }

  /** Whether there is something to send; a ledger of hints need not be. Never a subset. */
  private static boolean isWhole(UploadSpec spec, List<Part> manifest) {
    return manifest.size() == spec.plan().partCount()
        && manifest.stream().noneMatch(part -> part.etag().isEmpty());
  }

  private UploadException fail(Upload upload, Reason reason, String message) {
    write(upload, upload.progress().failed(new Failure(reason, message), clock.instant()));
    return failure(upload, reason, message);
  }

  /**
   * FAILED first, the deletion after it: whoever takes over between the two finds the verdict, not
   * an object that is gone. What is not deleted now the sweeper deletes (PROTOCOL row 27).
   */
  private UploadException reject(Upload upload, String detected) {
    String declared = upload.spec().contentType();
    String message = "the content is " + detected + ", declared was " + declared;
    Failure why = new Failure(Reason.CONTENT_MISMATCH, message);
    Upload failed = write(upload, upload.progress().failed(why, clock.instant()));
    try {
      cleaning.clean(failed);
    } catch (UploadException e) {
      LOG.log(Level.WARNING, "the object of upload " + upload.id() + " is left to the sweeper", e);
    }
    return new UploadException(
        Reason.CONTENT_MISMATCH,
        message,
        Map.of(
            "upload_id",
            upload.id().toString(),
            "object_key",
            upload.spec().key(),
            "declared",
            declared,
            "detected",
            detected));
  }

  private UploadException objectGone(Upload upload) {
    reopen(upload, Reason.PARTS_MISSING, "the object is gone again", List.of(1));
    BitSet missing = new BitSet();
    missing.set(1);
    return new PartVerification(List.of(), missing, new BitSet()).refusal(upload.spec());
  }

  private UploadException reopen(
      Upload upload, Reason reason, String message, List<Integer> untrue) {
    Progress active = upload.progress().reopened(new Failure(reason, message));
    if (!store.replace(upload, active, new UploadStore.LedgerChange(List.of(), untrue))) {
      throw new FenceLost();
    }
    return failure(upload, reason, message);
  }

  private static UploadException failure(Upload upload, Reason reason, String message) {
    return new UploadException(
        reason,
        message,
        Map.of("upload_id", upload.id().toString(), "object_key", upload.spec().key()));
  }

  /** Nobody knows now; whoever asks next need not wait for the lease. */
  private UploadException letGo(Upload upload, StorageException cause) {
    try {
      store.replace(upload, upload.progress().released());
    } catch (UploadException e) {
      stranded.put(upload.id(), upload.progress().fence());
      cause.addSuppressed(e);
    }
    return cause.toUploadException();
  }

  private StorageException unclear() {
    return new StorageException(
        StorageException.Kind.UNAVAILABLE, "no clear answer to CompleteMultipartUpload");
  }

  private Upload write(Upload upload, Progress next) {
    if (!store.replace(upload, next)) {
      throw new FenceLost();
    }
    Upload written = upload.with(next);
    leases.hold(written);
    return written;
  }
}
