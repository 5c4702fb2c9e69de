package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Set;

/**
 * Asks S3, before a session whose time ran out is ended, whether it holds all of it: where the
 * destination says {@code complete_on_event}, an upload that nobody reported is completed then.
 */
public final class LastLook {
  private static final System.Logger LOG = System.getLogger(LastLook.class.getName());

  /** What there is to be done with the session. */
  enum Answer {
    COMPLETE,
    EXPIRE,
    /** S3 does not say. */
    LATER
  }

  private final Destinations destinations;
  private final Assembly assembly;
  private final CompleteUpload completions;
  private final Clock clock;
  private final Timing timing;

  public LastLook(
      Destinations destinations,
      Assembly assembly,
      CompleteUpload completions,
      Clock clock,
      Timing timing) {
    this.destinations = destinations;
    this.assembly = assembly;
    this.completions = completions;
    this.clock = clock;
    this.timing = timing;
  }

  /**
   * Blocks while S3 answers, where it is to be asked.
   *
   * @param upload an ACTIVE session whose time ran out
   * @param silent destinations whose S3 gave no answer in this pass, and is not waited for again
   */
  Answer at(Upload upload, Set<String> silent) {
    if (!isWanted(upload)) {
      return Answer.EXPIRE;
    }
    if (completions.isUnderWay(upload)) {
      return Answer.LATER;
    }
    Answer withoutWord = isWaitedFor(upload) ? Answer.LATER : Answer.EXPIRE;
    if (silent.contains(upload.spec().destination())) {
      return withoutWord;
    }
    try {
      return assembly.isAllThere(upload) ? Answer.COMPLETE : Answer.EXPIRE;
    } catch (StorageException e) {
      silent.add(upload.spec().destination());
      LOG.log(Level.WARNING, "whether upload " + upload.id() + " is there cannot be told", e);
      return withoutWord;
    }
  }

  /** Whether its destination wants one at all. */
  boolean isWanted(Upload upload) {
    return destinations.completesOnEvent(upload);
  }

  /** S3 may be silent for as long as a PUT may take; then the session ends unseen. */
  private boolean isWaitedFor(Upload upload) {
    return clock.instant().isBefore(upload.expireTime().plus(timing.putGrace()));
  }
}
