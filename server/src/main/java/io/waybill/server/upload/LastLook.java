package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
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
    LATER
  }

  /**
   * What one pass has met with, so that a bucket that gives no answers is not asked about thousands
   * of sessions in turn, and one session's bad object holds up no other's.
   */
  static final class Pass {
    private static final int REFUSALS = 200;
    private static final int REFUSALS_OF_A_TENANT = 20;

    private final Set<String> silent = new HashSet<>();
    private final Map<String, Integer> refusals = new HashMap<>();
    private final Map<Place, Integer> refusalsOfTenants = new HashMap<>();

    private record Place(String destination, String tenant) {
      static Place of(Upload upload) {
        return new Place(upload.spec().destination(), upload.spec().tenant());
      }
    }

    boolean isToBeAsked(Upload upload) {
      Place place = Place.of(upload);
      return !silent.contains(place.destination)
          && refusals.getOrDefault(place.destination, 0) < REFUSALS
          && refusalsOfTenants.getOrDefault(place, 0) < REFUSALS_OF_A_TENANT;
    }

    void silent(Upload upload) {
      silent.add(upload.spec().destination());
    }

    /** Whether it is the destination's first. */
    boolean refused(Upload upload) {
      Place place = Place.of(upload);
      refusalsOfTenants.merge(place, 1, Integer::sum);
      return refusals.merge(place.destination, 1, Integer::sum) == 1;
    }
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
   */
  Answer at(Upload upload, Pass pass) {
    if (!isWanted(upload)) {
      return Answer.EXPIRE;
    }
    if (completions.isUnderWay(upload)) {
      return Answer.LATER;
    }
    if (!pass.isToBeAsked(upload)) {
      return laterUnlessItsTimeIsOver(upload);
    }
    try {
      return assembly.isAllThere(upload) ? Answer.COMPLETE : Answer.EXPIRE;
    } catch (StorageException e) {
      String what = "whether upload " + upload.id() + " is there cannot be told";
      if (e.isRefusal()) { // an answer, and perhaps of this one alone
        Level level = pass.refused(upload) ? Level.WARNING : Level.DEBUG;
        LOG.log(level, () -> what + ": " + e.getMessage());
      } else {
        pass.silent(upload);
        LOG.log(Level.WARNING, what, e);
      }
      return laterUnlessItsTimeIsOver(upload);
    }
  }

  /** Whether its destination wants one at all. */
  boolean isWanted(Upload upload) {
    return destinations.completesOnEvent(upload);
  }

  /** S3 may give no answer for as long as a PUT may take; then the session ends unseen. */
  private Answer laterUnlessItsTimeIsOver(Upload upload) {
    boolean isWaitedFor = clock.instant().isBefore(upload.expireTime().plus(timing.putGrace()));
    return isWaitedFor ? Answer.LATER : Answer.EXPIRE;
  }
}
