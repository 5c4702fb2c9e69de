package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

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

  /** One pass; blocks while S3 answers. */
  public List<Swept> execute() {
    List<Swept> swept = new ArrayList<>();
    for (Upload upload : store.due(clock.instant(), BATCH)) {
      swept.add(Swept.of(actionFor(upload), upload, sweep(upload)));
    }
    return swept;
  }

  /** What one pass would do now. Touches nothing. */
  public List<Swept> plan() {
    return store.due(clock.instant(), BATCH).stream()
        .map(upload -> Swept.of(actionFor(upload), upload, Swept.Outcome.WOULD))
        .toList();
  }

  private static Swept.Action actionFor(Upload upload) {
    return switch (upload.state()) {
      case CREATING -> Swept.Action.FINISH_START;
      case ACTIVE -> Swept.Action.EXPIRE;
      case COMPLETING -> Swept.Action.FINISH_COMPLETE;
      case ABORTED, EXPIRED, FAILED -> Swept.Action.CLEAN;
      case COMPLETED -> throw new IllegalStateException("a completed upload is never due");
    };
  }

  private Swept.Outcome sweep(Upload upload) {
    try {
      return switch (actionFor(upload)) {
        case FINISH_START -> finishStart(upload);
        case EXPIRE -> expire(upload);
        case FINISH_COMPLETE -> finishComplete(upload);
        case CLEAN -> outcome(cleaning.clean(upload));
        case ABORT_ORPHAN -> throw new IllegalStateException("no session, no orphan");
      };
    } catch (UploadException e) {
      LOG.log(Level.INFO, "sweeping upload {0}: {1}", upload.id(), e.reason());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "sweeping upload " + upload.id(), e);
    }
    return Swept.Outcome.LATER;
  }

  private Swept.Outcome finishStart(Upload upload) {
    if (upload.isExpiredAt(clock.instant())) {
      creation.giveUp(upload);
    } else {
      creation.takeOver(upload);
    }
    return Swept.Outcome.DONE;
  }

  private Swept.Outcome finishComplete(Upload upload) {
    assembly.assemble(upload);
    return Swept.Outcome.DONE;
  }

  private Swept.Outcome expire(Upload upload) {
    Progress expired = upload.progress().expired(clock.instant());
    return outcome(
        store.replaceIfNotExtended(upload, expired) && cleaning.clean(upload.with(expired)));
  }

  private static Swept.Outcome outcome(boolean done) {
    return done ? Swept.Outcome.DONE : Swept.Outcome.LATER;
  }
}
