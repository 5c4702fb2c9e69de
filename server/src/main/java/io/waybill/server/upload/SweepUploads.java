package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;

/**
 * Moves on what nobody else moves: ends sessions whose time ran out, frees what S3 holds of dead
 * ones, and takes over starts and completions that were left half done.
 */
public final class SweepUploads {
  private static final System.Logger LOG = System.getLogger(SweepUploads.class.getName());

  /** How many sessions one pass looks at; the next pass goes on. */
  private static final int BATCH = 500;

  private final UploadStore store;
  private final StorageCreation creation;
  private final StorageCleaning cleaning;
  private final Assembly assembly;
  private final Clock clock;

  public SweepUploads(
      UploadStore store,
      StorageCreation creation,
      StorageCleaning cleaning,
      Assembly assembly,
      Clock clock) {
    this.store = store;
    this.creation = creation;
    this.cleaning = cleaning;
    this.assembly = assembly;
    this.clock = clock;
  }

  /** One pass; blocks while S3 answers. Returns how many sessions of which state it looked at. */
  public Map<UploadState, Integer> execute() {
    Map<UploadState, Integer> seen = new EnumMap<>(UploadState.class);
    for (Upload upload : store.due(clock.instant(), BATCH)) {
      seen.merge(upload.state(), 1, Integer::sum);
      try {
        sweep(upload);
      } catch (UploadException e) {
        LOG.log(Level.INFO, "sweeping upload {0}: {1}", upload.id(), e.reason());
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "sweeping upload " + upload.id(), e);
      }
    }
    return seen;
  }

  private void sweep(Upload upload) {
    switch (upload.state()) {
      case CREATING -> finishCreating(upload);
      case ACTIVE -> expire(upload);
      case COMPLETING -> assembly.assemble(upload);
      case ABORTED, EXPIRED, FAILED -> cleaning.clean(upload);
      case COMPLETED -> throw new IllegalStateException("a completed upload is never due");
    }
  }

  private void finishCreating(Upload upload) {
    if (upload.isExpiredAt(clock.instant())) {
      creation.giveUp(upload);
    } else {
      creation.takeOver(upload);
    }
  }

  private void expire(Upload upload) {
    Progress expired = upload.progress().expired(clock.instant());
    if (store.replaceIfNotExtended(upload, expired)) {
      cleaning.clean(upload.with(expired));
    }
  }
}
