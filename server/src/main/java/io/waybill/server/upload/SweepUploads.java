package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves on what nobody else moves: ends sessions whose time ran out (or completes them, where
 * {@link LastLook} says so), frees what S3 holds of dead ones, and takes over starts and
 * completions that were left half done.
 */
public final class SweepUploads {
  private static final System.Logger LOG = System.getLogger(SweepUploads.class.getName());

  /** How many sessions one pass looks at; the next pass goes on. */
  private static final int BATCH = 500;

  /** Of completions, which may all be stuck: so many that no tenant's hide the others'. */
  private static final int COMPLETIONS = 5_000;

  /** How many of a tenant are taken over at once: they share its bulkhead with the callers'. */
  private static final int COMPLETIONS_OF_A_TENANT = 8;

  /** The same of those that S3 turns out to hold when their time has run out. */
  private static final int LAST_COMPLETIONS_OF_A_TENANT = 64;

  /** How many expired sessions are read at once. */
  private static final int EXPIRED_PAGE = 1_000;

  /**
   * Of these, which may have to wait for a S3 that is away, or for their tenant's turn: so many
   * that they do not hide what can be ended.
   */
  private static final int EXPIRED_PAGES = 100;

  private static final Set<UploadState> OTHERS =
      EnumSet.complementOf(EnumSet.of(UploadState.COMPLETING, UploadState.ACTIVE));

  private final UploadStore store;
  private final StorageCreation creation;
  private final StorageCleaning cleaning;
  private final CompleteUpload completions;
  private final LastLook lastLook;
  private final Clock clock;

  public SweepUploads(
      UploadStore store,
      StorageCreation creation,
      StorageCleaning cleaning,
      CompleteUpload completions,
      LastLook lastLook,
      Clock clock) {
    this.store = store;
    this.creation = creation;
    this.cleaning = cleaning;
    this.completions = completions;
    this.lastLook = lastLook;
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
    endExpired(swept, resumed);
    long end = System.nanoTime() + patience.toNanos();
    resumed.forEach(
        (upload, future) -> swept.add(Swept.of(actionFor(upload), upload, await(future, end))));
    return swept;
  }

  /** Ends what expired, but for what S3 turns out to hold all of: that is begun to be completed. */
  private void endExpired(List<Swept> swept, Map<Upload, CompletableFuture<Upload>> resumed) {
    LastLook.Pass pass = new LastLook.Pass();
    Map<String, Integer> ofTenant = new HashMap<>();
    Instant now = clock.instant();
    @Nullable Upload last = null;
    int asked = 0;
    for (int page = 0; page < EXPIRED_PAGES; page++) {
      List<Upload> expired = store.expired(now, last, EXPIRED_PAGE);
      for (Upload upload : expired) {
        String tenant = upload.spec().tenant();
        boolean full = ofTenant.getOrDefault(tenant, 0) >= LAST_COMPLETIONS_OF_A_TENANT;
        LastLook.Answer answer =
            full && lastLook.isWanted(upload) ? LastLook.Answer.LATER : lastLook.at(upload, pass);
        switch (answer) {
          case COMPLETE -> {
            ofTenant.merge(tenant, 1, Integer::sum);
            resumed.put(upload, completeAtLast(upload));
          }
          case EXPIRE ->
              swept.add(Swept.of(actionFor(upload), upload, sweep(upload, () -> expire(upload))));
          case LATER -> swept.add(Swept.of(actionFor(upload), upload, Swept.Outcome.LATER));
        }
        if (answer != LastLook.Answer.LATER && ++asked == BATCH) {
          return;
        }
      }
      if (expired.size() < EXPIRED_PAGE) {
        return;
      }
      last = expired.get(expired.size() - 1);
    }
  }

  /** Where S3 then refuses what it said it had, the session ends after all. */
  private CompletableFuture<Upload> completeAtLast(Upload upload) {
    return resume(upload)
        .exceptionallyCompose(
            failure -> {
              Upload now = store.findOfAnyTenant(upload.id()).orElse(upload);
              Failure why = now.progress().failure();
              boolean refused =
                  now.state() == UploadState.ACTIVE
                      && now.progress().fence() > upload.progress().fence()
                      && why != null
                      && why.reason() != Reason.STORAGE_UNAVAILABLE;
              return refused && sweep(now, () -> expire(now)) == Swept.Outcome.DONE
                  ? CompletableFuture.completedFuture(now)
                  : CompletableFuture.failedFuture(failure);
            });
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

  private Swept.Action actionFor(Upload upload) {
    return switch (upload.state()) {
      case CREATING -> Swept.Action.FINISH_START;
      case ACTIVE -> lastLook.isWanted(upload) ? Swept.Action.LAST_LOOK : Swept.Action.EXPIRE;
      case COMPLETING -> Swept.Action.FINISH_COMPLETE;
      case ABORTED, EXPIRED, FAILED -> Swept.Action.CLEAN;
      case COMPLETED -> throw new IllegalStateException("a completed upload is never due");
    };
  }

  private Swept.Outcome act(Upload upload) {
    return switch (actionFor(upload)) {
      case FINISH_START -> finishStart(upload);
      case CLEAN -> outcome(cleaning.clean(upload));
      case EXPIRE, LAST_LOOK, FINISH_COMPLETE, ABORT_ORPHAN, FORGET ->
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
      Throwable cause = refusal.getCause();
      LOG.log(
          Level.INFO,
          "sweeping upload {0}: {1}{2}",
          upload.id(),
          refusal.reason(),
          cause instanceof StorageException ? ": " + cause.getMessage() : "");
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
            log(upload, Stages.causeOf(failure));
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
