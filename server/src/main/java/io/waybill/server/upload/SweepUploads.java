package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Moves on what nobody else moves: ends sessions whose time ran out, frees what S3 holds of dead
 * ones, and takes over starts and completions that were left half done.
 */
public final class SweepUploads {
  private static final System.Logger LOG = System.getLogger(SweepUploads.class.getName());

  /** How many sessions one pass looks at; the next pass goes on. */
  private static final int BATCH = 500;

  /** Of completions, which may all be stuck: so many that no tenant's hide the others'. */
  private static final int COMPLETIONS = 5_000;

  /** How many of a tenant are taken over at once: they share its bulkhead with the callers'. */
  private static final int COMPLETIONS_OF_A_TENANT = 8;

  private static final Set<UploadState> OTHERS =
      EnumSet.complementOf(EnumSet.of(UploadState.COMPLETING));

  private final UploadStore store;
  private final StorageCreation creation;
  private final StorageCleaning cleaning;
  private final CompleteUpload completions;
  private final Clock clock;

  public SweepUploads(
      UploadStore store,
      StorageCreation creation,
      StorageCleaning cleaning,
      CompleteUpload completions,
      Clock clock) {
    this.store = store;
    this.creation = creation;
    this.cleaning = cleaning;
    this.completions = completions;
    this.clock = clock;
  }

  /**
   * One pass; blocks while S3 answers. Completions run on their bulkhead meanwhile.
   *
   * @param patience how long to wait for these in the end; those that take longer go on, and are
   *     told as LATER
   */
  public List<Swept> execute(Duration patience) {
    Map<Upload, CompletableFuture<Upload>> resumed = resume();
    List<Swept> swept = new ArrayList<>();
    for (Upload upload : store.due(clock.instant(), OTHERS, BATCH)) {
      swept.add(Swept.of(actionFor(upload), upload, sweep(upload, () -> act(upload))));
    }
    long end = System.nanoTime() + patience.toNanos();
    resumed.forEach(
        (upload, future) ->
            swept.add(Swept.of(Swept.Action.FINISH_COMPLETE, upload, await(future, end))));
    return swept;
  }

  /** Begins to take over completions; those under way here already are not taken over again. */
  private Map<Upload, CompletableFuture<Upload>> resume() {
    Map<Upload, CompletableFuture<Upload>> resumed = new LinkedHashMap<>();
    Map<String, Integer> ofTenant = new HashMap<>();
    for (Upload upload :
        store.due(clock.instant(), EnumSet.of(UploadState.COMPLETING), COMPLETIONS)) {
      int count = ofTenant.merge(upload.spec().tenant(), 1, Integer::sum);
      if (count <= COMPLETIONS_OF_A_TENANT && !completions.isUnderWay(upload)) {
        resumed.put(upload, resume(upload));
      }
    }
    return resumed;
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

  private Swept.Outcome act(Upload upload) {
    return switch (actionFor(upload)) {
      case FINISH_START -> finishStart(upload);
      case EXPIRE -> expire(upload);
      case CLEAN -> outcome(cleaning.clean(upload));
      case FINISH_COMPLETE, ABORT_ORPHAN, FORGET ->
          throw new IllegalStateException("not done here");
    };
  }

  private static Swept.Outcome sweep(Upload upload, Supplier<Swept.Outcome> action) {
    try {
      return action.get();
    } catch (RuntimeException e) {
      log(upload, e);
      return Swept.Outcome.LATER;
    }
  }

  private static void log(Upload upload, Throwable failure) {
    if (failure instanceof UploadException refusal) {
      LOG.log(Level.INFO, "sweeping upload {0}: {1}", upload.id(), refusal.reason());
    } else {
      LOG.log(Level.ERROR, "sweeping upload " + upload.id(), failure);
    }
  }

  /** Told in the log whenever it fails, also where nobody waits for it any more. */
  private CompletableFuture<Upload> resume(Upload upload) {
    CompletableFuture<Upload> resumed = completions.resume(upload).toCompletableFuture();
    return resumed.whenComplete(
        (completed, failure) -> {
          if (failure != null) {
            Throwable cause = failure.getCause();
            log(upload, cause != null && failure instanceof CompletionException ? cause : failure);
          }
        });
  }

  private Swept.Outcome finishStart(Upload upload) {
    if (upload.isExpiredAt(clock.instant())) {
      creation.giveUp(upload);
    } else {
      creation.takeOver(upload);
    }
    return Swept.Outcome.DONE;
  }

  private static Swept.Outcome await(CompletableFuture<Upload> completion, long end) {
    try {
      completion.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      return Swept.Outcome.DONE;
    } catch (TimeoutException | ExecutionException e) {
      return Swept.Outcome.LATER;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Swept.Outcome.LATER;
    }
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
