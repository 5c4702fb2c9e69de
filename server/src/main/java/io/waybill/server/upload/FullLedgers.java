package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Begins to complete an upload when its last part is reported, where its destination says {@code
 * complete_on_event}: S3 tells nobody that a part has come, so the ledger is all there is to go by.
 * It is a hint as ever; the completion compares it with S3.
 */
public final class FullLedgers {
  private static final System.Logger LOG = System.getLogger(FullLedgers.class.getName());

  private final Destinations destinations;
  private final UploadStore store;
  private final CompleteUpload completions;
  private final TenantExecutor readers;

  /** Uploads that are about to be looked at: what was reported by then is seen by one look. */
  private final Set<UploadId> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param readers looks into the database
   */
  public FullLedgers(
      Destinations destinations,
      UploadStore store,
      CompleteUpload completions,
      TenantExecutor readers) {
    this.destinations = destinations;
    this.store = store;
    this.completions = completions;
    this.readers = readers;
  }

  /** A part of it was reported, and is durable. Never fails, and never waits. */
  void reported(Upload upload) {
    if (!destinations.completesOnEvent(upload) || !waiting.add(upload.id())) {
      return;
    }
    try {
      readers.execute(upload.spec().tenant(), () -> look(upload));
    } catch (RuntimeException e) { // no room: the caller's Complete, or the sweeper, is left
      waiting.remove(upload.id());
      log(upload, e);
    }
  }

  private void look(Upload reported) {
    waiting.remove(reported.id()); // before the look, not after it: another report may come now
    try {
      store
          .find(reported.spec().tenant(), reported.id())
          .filter(upload -> upload.state() == UploadState.ACTIVE)
          .filter(upload -> upload.uploadedParts() == upload.spec().plan().partCount())
          .ifPresent(this::complete);
    } catch (UploadException e) {
      log(reported, e);
    }
  }

  private void complete(Upload upload) {
    var unused =
        completions
            .resume(upload)
            .whenComplete(
                (completed, failure) -> {
                  if (failure != null) {
                    boolean wrapped = failure instanceof CompletionException;
                    log(upload, wrapped ? failure.getCause() : failure);
                  }
                });
  }

  private static void log(Upload upload, @Nullable Throwable failure) {
    if (failure instanceof UploadException refusal) {
      LOG.log(Level.INFO, "all of upload {0} is reported: {1}", upload.id(), refusal.reason());
    } else {
      LOG.log(Level.ERROR, "all of upload " + upload.id() + " is reported", failure);
    }
  }
}
