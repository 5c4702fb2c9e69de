package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a CREATING session's multipart upload into being, so that exactly one is left in S3
 * however often this is tried (PROTOCOL rows 2, 3 and 6).
 */
public final class StorageCreation {
  private static final System.Logger LOG = System.getLogger(StorageCreation.class.getName());

  private final UploadStore store;
  private final ObjectStore objects;
  private final Clock clock;
  private final Timing timing;

  public StorageCreation(UploadStore store, ObjectStore objects, Clock clock, Timing timing) {
    this.store = store;
    this.objects = objects;
    this.clock = clock;
    this.timing = timing;
  }

  /** Whether S3 is asked for anything before a session can be ACTIVE. */
  static boolean isNeededFor(UploadSpec spec) {
    return spec.mode() == UploadMode.MULTIPART || !spec.hasOwnKey();
  }

  /** For whoever holds the lease since the session was made. */
  public Upload create(Upload upload) {
    UploadSpec spec = upload.spec();
    String storageUploadId;
    try {
      refuseExistingObject(spec);
      storageUploadId = spec.mode() == UploadMode.SINGLE ? "" : objects.createMultipartUpload(spec);
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.UNAVAILABLE) {
        store.replace(upload, upload.progress().released());
      } else {
        store.forget(upload);
      }
      throw e.toUploadException();
    } catch (UploadException e) {
      store.forget(upload);
      throw e;
    }
    Progress active = upload.progress().activated(storageUploadId);
    if (store.replace(upload, active)) {
      return upload.with(active);
    }
    if (!storageUploadId.isEmpty()) {
      dropOwn(spec, storageUploadId);
    }
    throw new UploadException(
            Reason.UPLOAD_CREATING,
            "the upload is being created by another call",
            Map.of("upload_id", spec.id().toString()))
        .retryAfter(Duration.ofSeconds(1));
  }

  /** For whoever finds the lease run out: what an earlier holder may have left in S3 goes first. */
  public Upload takeOver(Upload upload) {
    Upload held = taken(upload).orElseThrow(() -> Sessions.refusal(upload, clock.instant()));
    try {
      abortLeftovers(held);
    } catch (StorageException e) {
      store.replace(held, held.progress().released());
      throw e.toUploadException();
    }
    return create(held);
  }

  /** Takes the lease and gives the session up, when its time ran out before S3 knew of it. */
  public void giveUp(Upload upload) {
    Failure never = new Failure(Reason.UPLOAD_EXPIRED, "it ended before S3 had created it");
    taken(upload)
        .ifPresent(held -> store.replace(held, held.progress().failed(never, clock.instant())));
  }

  /**
   * Aborts what S3 lists under the session's own key, until it lists nothing there. Exact keys
   * could be a stranger's.
   *
   * @throws StorageException where something is left
   */
  void abortLeftovers(Upload upload) {
    UploadSpec spec = upload.spec();
    if (!spec.hasOwnKey()) {
      return;
    }
    List<ObjectStore.ListedUpload> leftovers = listed(spec);
    if (!isStillHeld(upload)) {
      return; // who took over may have made one of these, and have answered its caller
    }
    leftovers.forEach(listed -> abort(spec, listed.storageUploadId()));
    if (!leftovers.isEmpty() && !listed(spec).isEmpty()) {
      throw new StorageException(
          StorageException.Kind.UNAVAILABLE, "uploads that were aborted are listed still");
    }
  }

  private boolean isStillHeld(Upload upload) {
    return store
        .find(upload.spec().tenant(), upload.id())
        .filter(now -> now.state() == upload.state())
        .filter(now -> now.progress().fence() == upload.progress().fence())
        .isPresent();
  }

  private List<ObjectStore.ListedUpload> listed(UploadSpec spec) {
    return objects.listMultipartUploads(spec.destination(), spec.bucket(), spec.key()).stream()
        .filter(listed -> listed.mayBeAt(spec.key()))
        .toList();
  }

  private Optional<Upload> taken(Upload upload) {
    Progress mine = upload.progress().takenOver(clock.instant().plus(timing.createLease()));
    return store.replace(upload, mine) ? Optional.of(upload.with(mine)) : Optional.empty();
  }

  /** Where callers choose the keys, better now than after they have sent 20 GB. */
  private void refuseExistingObject(UploadSpec spec) {
    if (!spec.hasOwnKey() && !spec.overwrite() && objects.head(spec).isPresent()) {
      throw new UploadException(
          Reason.OBJECT_EXISTS,
          "an object stands at the key already, and the destination does not allow overwriting",
          Map.of("object_key", spec.key()));
    }
  }

  /** Of one that no session names. Where S3 does not answer, the sweeper finds it as an orphan. */
  private void dropOwn(UploadSpec spec, String storageUploadId) {
    String orphan = "upload " + spec.id() + " leaves an orphan: " + storageUploadId;
    try {
      abort(spec, storageUploadId);
      if (objects.isListed(spec, storageUploadId)) {
        LOG.log(Level.WARNING, orphan + ", which S3 lists although it was aborted");
      }
    } catch (StorageException e) {
      LOG.log(Level.WARNING, orphan, e);
    }
  }

  /** Whether it is gone then, a list has to say. */
  private void abort(UploadSpec spec, String storageUploadId) {
    try {
      objects.abortMultipartUpload(spec, storageUploadId);
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.GONE) {
        throw e;
      }
    }
  }
}
