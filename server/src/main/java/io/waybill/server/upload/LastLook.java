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
    /** It is not known: S3 does not answer, or a completion is under way. */
    LATER,
    /** The same, and S3 was asked: it refuses to say. */
    REFUSED
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
    if (silent.contains(upload.spec().destination())) {
      return unlessItsTimeIsOver(upload, Answer.LATER);
    }
    try {
      return assembly.isAllThere(upload) ? Answer.COMPLETE : Answer.EXPIRE;
    } catch (StorageException e) {
      LOG.log(
          Level.WARNING,
          "whether upload {0} is there cannot be told: {1}",
          upload.id(),
          e.getMessage());
      if (e.kind() == StorageException.Kind.REFUSED) { // that is an answer, and of this one alone
        return unlessItsTimeIsOver(upload, Answer.REFUSED);
      }
      silent.add(upload.spec().destination());
      return unlessItsTimeIsOver(upload, Answer.LATER);
    }
  }

  /** Whether its destination wants one at all. */
  boolean isWanted(Upload upload) {
    return destinations.completesOnEvent(upload);
  }

  /** S3 may be silent for as long as a PUT may take; then the session ends unseen. */
  private Answer unlessItsTimeIsOver(Upload upload, Answer answer) {
    boolean isWaitedFor = clock.instant().isBefore(upload.expireTime().plus(timing.putGrace()));
    return isWaitedFor ? answer : Answer.EXPIRE;
  }
}
