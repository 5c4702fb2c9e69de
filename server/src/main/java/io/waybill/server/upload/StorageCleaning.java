package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Frees what S3 holds of a dead session: its multipart upload, and an object of its own that landed
 * too late. A URL signed before may be used until its end, and a PUT begun by then may go on for
 * {@link Timing#putGrace}, so S3 is looked at again after that (PROTOCOL rows 20 and 27).
 */
public final class StorageCleaning {
  private static final System.Logger LOG = System.getLogger(StorageCleaning.class.getName());

  private final UploadStore store;
  private final ObjectStore objects;
  private final StorageCreation creation;
  private final Clock clock;
  private final Timing timing;

  public StorageCleaning(
      UploadStore store,
      ObjectStore objects,
      StorageCreation creation,
      Clock clock,
      Timing timing) {
    this.store = store;
    this.objects = objects;
    this.creation = creation;
    this.clock = clock;
    this.timing = timing;
  }

  /**
   * Cleans, and writes down when to look again: soon where S3 lists the upload or does not answer,
   * else when the last URL is over. S3's word for an abort or a deletion is not enough (PROTOCOL
   * I10). The last look is one that finds nothing, or only what has to stay.
   *
   * @return whether it was seen that nothing is left, or what is there is a finished object
   */
  public boolean clean(Upload upload) {
    Instant now = clock.instant();
    Instant last = upload.urlEnd().plus(timing.putGrace());
    Instant soon = now.plus(timing.cleanRetry());
    boolean clean = false;
    @Nullable Instant again = soon;
    try {
      if (isFinished(upload)) {
        LOG.log(
            Level.ERROR,
            "the object of upload {0} stands although the session is {1}: it was completed, and the"
                + " database does not know; the object is left alone",
            upload.id(),
            upload.state());
        store.replace(upload, upload.progress().cleaned(null));
        return true;
      }
      boolean dropped = removeUpload(upload);
      boolean listed = isListed(upload);
      if (listed) {
        LOG.log(
            Level.WARNING,
            "S3 still lists the multipart upload of dead upload {0}: {1}",
            upload.id(),
            upload.progress().storageUploadId());
      }
      Removal removal = removeObject(upload.spec());
      clean = dropped && !listed && removal != Removal.STAYS;
      boolean soonAgain = listed || (removal == Removal.DONE && !now.isBefore(last));
      again = soonAgain ? soon : now.isBefore(last) ? last : null;
    } catch (StorageException e) {
      LOG.log(Level.WARNING, "cleaning of upload " + upload.id() + " is put off", e);
    }
    store.replace(upload, upload.progress().cleaned(again));
    return clean;
  }

  /**
   * Whether the multipart upload of a session that never tried to complete it has become its
   * object: then a database has lost its tail, and an acknowledged Complete with it (PROTOCOL rows
   * 19 and 23). Looked at before anything is aborted: that has destroyed objects on real stores.
   */
  private boolean isFinished(Upload upload) {
    return upload.state() != UploadState.FAILED
        && !upload.progress().storageUploadId().isEmpty()
        && objects.head(upload.spec()).filter(found -> found.isOf(upload.spec())).isPresent();
  }

  /**
   * Returns whether S3 says that the multipart upload is gone. False where it was not asked to drop
   * it, because an object is at the key that an abort could destroy.
   */
  private boolean removeUpload(Upload upload) {
    UploadSpec spec = upload.spec();
    String storageUploadId = upload.progress().storageUploadId();
    if (storageUploadId.isEmpty()) {
      if (spec.mode() == UploadMode.MULTIPART) {
        creation.abortLeftovers(upload);
      }
      return true;
    }
    if (upload.state() == UploadState.FAILED && !isListed(upload)) {
      if (!objects.hasParts(spec, storageUploadId)) {
        return true; // finished, and its object refused
      }
      if (objects.head(spec).isPresent()) {
        LOG.log(
            Level.WARNING,
            "S3 lists parts of dead upload {0}, but not the upload; an object is at its key, so that"
                + " it is not aborted: {1}",
            upload.id(),
            storageUploadId);
        return false;
      }
    }
    try {
      objects.abortMultipartUpload(spec, storageUploadId);
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.GONE && !isUnknown(spec, storageUploadId)) {
        throw e;
      }
    }
    return true;
  }

  /** Ceph may break where it is to abort what it does not know, and say so only of the parts. */
  private boolean isUnknown(UploadSpec spec, String storageUploadId) {
    try {
      objects.listParts(spec, storageUploadId, 0, 1);
      return false;
    } catch (StorageException e) {
      return e.kind() == StorageException.Kind.GONE;
    }
  }

  private boolean isListed(Upload upload) {
    String storageUploadId = upload.progress().storageUploadId();
    return !storageUploadId.isEmpty() && objects.isListed(upload.spec(), storageUploadId);
  }

  /** What became of an object of the session's own. */
  private enum Removal {
    NOTHING_THERE,
    DONE,
    STAYS
  }

  /**
   * Deletes it, and looks again: S3's word that it has is not enough. At an exact key, which may be
   * somebody else's by now, the store has to be able to delete this one and no other; where it is
   * not, the operator is told at each look, the last of which ends it (PROTOCOL row 27).
   */
  private Removal removeObject(UploadSpec spec) {
    Optional<ObjectStore.FoundObject> found = objects.head(spec);
    if (found.isEmpty() || !found.get().isOf(spec)) {
      return Removal.NOTHING_THERE;
    }
    if (!objects.delete(spec, found.get().object())) {
      LOG.log(
          Level.ERROR,
          "the object of dead upload {0} stays at its exact key: the store of {1} does not delete"
              + " on the condition of an ETag; delete it by hand",
          spec.id(),
          spec.destination());
      return Removal.STAYS;
    }
    if (objects.head(spec).filter(now -> now.isOf(spec)).isPresent()) {
      throw new StorageException(
          StorageException.Kind.UNAVAILABLE,
          "S3 shows an object of the upload after it said that it had deleted one");
    }
    LOG.log(Level.INFO, "deleted the object of dead upload " + spec.id());
    return Removal.DONE;
  }
}
