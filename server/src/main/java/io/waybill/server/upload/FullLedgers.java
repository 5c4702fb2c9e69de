package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Begins to complete an upload when its last part is reported, where its destination says {@code
 * complete_on_event}: S3 tells nobody that a part has come, so the ledger is all there is to go by.
 * It is a hint as ever; the completion compares it with S3.
 *
 * <p>What is in vain in passing is looked at again, a few times within ten minutes. Nobody
 * remembers it where this server ends before: then the caller's Complete is left, or the session's
 * end.
 */
public final class FullLedgers {
  private static final System.Logger LOG = System.getLogger(FullLedgers.class.getName());

  /** Doubles with each time. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  /** After 10, 20, 40, 80, 160 and 320 seconds. */
  private static final int MOST_RETRIES = 6;

  /** How many uploads may wait to be looked at again; each costs some hundred bytes. */
  private static final int MOST_WAITING = 10_000;

  /** How it waits: a timer, which runs nothing before its time and holds no thread. */
  @FunctionalInterface
  public interface Alarm {
    /**
     * Runs the work when the pause is over.
     *
     * @throws RuntimeException where it takes nothing more
     */
    void after(Duration pause, Runnable work);
  }

  private final Destinations destinations;
  private final UploadStore store;
  private final CompleteUpload completions;
  private final TenantExecutor readers;
  private final Alarm alarm;

  /** Uploads that are about to be looked at: what was reported by then is seen by one look. */
  private final Set<UploadId> waiting = ConcurrentHashMap.newKeySet();

  /**
   * Uploads that were looked at in vain, and are to be again: each once, however often reported.
   */
  private final Set<UploadId> again = ConcurrentHashMap.newKeySet();

  /**
   * @param readers looks into the database
   */
  public FullLedgers(
      Destinations destinations,
      UploadStore store,
      CompleteUpload completions,
      TenantExecutor readers,
      Alarm alarm) {
    this.destinations = destinations;
    this.store = store;
    this.completions = completions;
    this.readers = readers;
    this.alarm = alarm;
  }

  /** A part of it was reported, and is durable. Never fails, and never waits. */
  void reported(Upload upload) {
    if (destinations.completesOnEvent(upload)) {
      beginLook(upload.spec().tenant(), upload.id(), 0);
    }
  }

  private void beginLook(String tenant, UploadId id, int retries) {
    if (!waiting.add(id)) {
      return;
    }
    try {
      readers.execute(tenant, () -> look(tenant, id, retries));
    } catch (RuntimeException | Error e) { // no room, or no thread to be had
      waiting.remove(id);
      failed(tenant, id, retries, e);
    }
  }

  private void look(String tenant, UploadId id, int retries) {
    waiting.remove(id); // before the look, not after it: another report may come now
    try {
      store
          .find(tenant, id)
          .filter(upload -> upload.state() == UploadState.ACTIVE)
          .filter(upload -> upload.uploadedParts() == upload.spec().plan().partCount())
          .ifPresent(upload -> complete(upload, retries));
    } catch (UploadException e) {
      failed(tenant, id, retries, e);
    }
  }

  private void complete(Upload upload, int retries) {
    var unused =
        completions
            .resume(upload)
            .whenComplete(
                (completed, failure) -> {
                  if (failure != null) {
                    failed(upload.spec().tenant(), upload.id(), retries, Stages.causeOf(failure));
                  }
                });
  }

  /** Told at DEBUG where callers can bring it about, since they could fill the log. */
  private void failed(String tenant, UploadId id, int retries, Throwable failure) {
    if (!(failure instanceof UploadException refusal)) {
      LOG.log(Level.ERROR, "all of upload " + id + " is reported", failure);
      return;
    }
    LOG.log(Level.DEBUG, "all of upload {0} is reported: {1}", id, refusal.reason());
    if (refusal.reason().mayPass() && retries < MOST_RETRIES) {
      lookAgain(tenant, id, retries);
    }
  }

  private void lookAgain(String tenant, UploadId id, int retries) {
    if (again.size() >= MOST_WAITING || !again.add(id)) {
      return;
    }
    try {
      alarm.after(
          FIRST_PAUSE.multipliedBy(1L << retries),
          () -> {
            again.remove(id);
            beginLook(tenant, id, retries + 1);
          });
    } catch (RuntimeException | Error e) { // it stops
      again.remove(id);
    }
  }
}
