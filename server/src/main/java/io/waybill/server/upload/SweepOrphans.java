package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Aborts the multipart uploads that S3 lists and no session owns (PROTOCOL rows 3, 22 and 23):
 * those whose session was lost with the tail of a database, and a session's second one, made by a
 * create whose reply was lost and which landed late.
 *
 * <p>It aborts nothing that is not old, does not fit the destination's key template from end to
 * end, or could be a session's own; and nothing at all where the keys are exact.
 */
public final class SweepOrphans {
  private static final System.Logger LOG = System.getLogger(SweepOrphans.class.getName());

  private final Destinations destinations;
  private final UploadStore store;
  private final ObjectStore objects;
  private final Clock clock;
  private final Timing timing;

  public SweepOrphans(
      Destinations destinations,
      UploadStore store,
      ObjectStore objects,
      Clock clock,
      Timing timing) {
    this.destinations = destinations;
    this.store = store;
    this.objects = objects;
    this.clock = clock;
    this.timing = timing;
  }

  /** One pass over all destinations; blocks while S3 answers. */
  public List<Swept> execute() {
    return destinations.all().stream().flatMap(each -> sweep(each).stream()).toList();
  }

  /** What one pass would abort now. Touches nothing. */
  public List<Swept> plan() {
    return destinations.all().stream()
        .flatMap(destination -> find(destination).stream())
        .map(orphan -> orphan.as(Swept.Outcome.WOULD))
        .toList();
  }

  /**
   * An upload to abort.
   *
   * @param keys where it may be, the likeliest first; not empty
   */
  private record Orphan(
      Destination destination, UploadId uploadId, List<String> keys, String storageUploadId) {
    Swept as(Swept.Outcome outcome) {
      return new Swept(
          Swept.Action.ABORT_ORPHAN, uploadId, destination.name(), keys.get(0), outcome);
    }
  }

  private List<Swept> sweep(Destination destination) {
    List<Orphan> orphans = find(destination);
    if (orphans.isEmpty()) {
      return List.of();
    }
    Set<String> aborted = new HashSet<>();
    for (Orphan orphan : orphans) {
      if (abort(orphan)) {
        aborted.add(orphan.storageUploadId());
      }
    }
    Set<String> listed = stillListed(destination, aborted);
    List<Swept> swept = new ArrayList<>();
    for (Orphan orphan : orphans) {
      String id = orphan.storageUploadId();
      boolean gone = aborted.contains(id) && !listed.contains(id);
      if (gone) {
        LOG.log(Level.INFO, "aborted an orphan of upload {0}", orphan.uploadId());
      }
      swept.add(orphan.as(gone ? Swept.Outcome.DONE : Swept.Outcome.LATER));
    }
    return swept;
  }

  private List<Orphan> find(Destination destination) {
    if (destination.keys().exact()) {
      return List.of();
    }
    try {
      return list(destination).stream()
          .flatMap(listed -> orphan(destination, listed).stream())
          .toList();
    } catch (StorageException e) {
      LOG.log(Level.WARNING, "the uploads of " + destination.name() + " cannot be listed", e);
      return List.of();
    }
  }

  private List<ObjectStore.ListedUpload> list(Destination destination) {
    return objects.listMultipartUploads(
        destination.name(), destination.bucket(), destination.keys().prefix());
  }

  private Optional<Orphan> orphan(Destination destination, ObjectStore.ListedUpload listed) {
    Map<String, UploadId> fitting = new LinkedHashMap<>();
    for (String key : listed.keys()) {
      // Stores leave slashes as they are. A key that gets one by decoding may be a stranger's.
      if (slashes(key) == slashes(listed.keys().get(listed.keys().size() - 1))) {
        destination.keys().uploadIdIn(key).ifPresent(id -> fitting.put(key, id));
      }
    }
    Set<UploadId> ids = new HashSet<>(fitting.values());
    @Nullable Instant initiated = listed.initiated();
    if (ids.size() != 1 || initiated == null) {
      return Optional.empty(); // not ours for sure, or perhaps not old
    }
    UploadId id = ids.iterator().next();
    Duration age = Duration.between(initiated, clock.instant());
    Optional<Upload> session = store.findOfAnyTenant(id);
    if (session.isEmpty()) {
      return isOfNobody(age)
          ? Optional.of(orphan(destination, id, List.copyOf(fitting.keySet()), listed))
          : Optional.empty();
    }
    return isBesides(session.get(), listed, age)
        ? Optional.of(orphan(destination, id, List.of(session.get().spec().key()), listed))
        : Optional.empty();
  }

  private static long slashes(String key) {
    return key.chars().filter(each -> each == '/').count();
  }

  private static Orphan orphan(
      Destination destination, UploadId id, List<String> keys, ObjectStore.ListedUpload listed) {
    return new Orphan(destination, id, keys, listed.storageUploadId());
  }

  /** Whether it is beyond the life of any session that could come to know it. */
  private boolean isOfNobody(Duration age) {
    return age.compareTo(timing.orphanAge()) >= 0;
  }

  /** Whether it is at a session's key, and not the session's own. */
  private boolean isBesides(Upload session, ObjectStore.ListedUpload listed, Duration age) {
    if (age.compareTo(timing.completeGrace()) < 0) {
      return false; // whoever made it may be about to write it down
    }
    if (!listed.mayBeAt(session.spec().key())) {
      return false; // below the session's id, but not its key: Waybill makes no such upload
    }
    Progress progress = session.progress();
    boolean own = progress.storageUploadId().equals(listed.storageUploadId());
    return switch (progress.state()) {
      case CREATING -> false; // its next holder looks at the key itself
      case ACTIVE, COMPLETING, COMPLETED -> !own;
      case ABORTED, EXPIRED, FAILED -> !own || progress.cleanAt() == null;
    };
  }

  /** Returns whether S3 says that it is gone; at whichever key it may be. */
  private boolean abort(Orphan orphan) {
    Destination destination = orphan.destination();
    boolean gone = true; // by another replica perhaps, or S3 is wrong: the list shows
    for (String key : orphan.keys()) {
      try {
        objects.abortListedUpload(
            destination.name(), destination.bucket(), key, orphan.storageUploadId());
        return true;
      } catch (StorageException e) {
        if (e.kind() != StorageException.Kind.GONE) {
          LOG.log(Level.WARNING, "an orphan of upload " + orphan.uploadId() + " stays", e);
          gone = false; // at this key; Ceph answers 500 for a key that is not the upload's
        }
      }
    }
    return gone;
  }

  /** Which of the aborted uploads S3 still lists; all of them where it gives no list. */
  private Set<String> stillListed(Destination destination, Set<String> aborted) {
    if (aborted.isEmpty()) {
      return aborted;
    }
    try {
      Set<String> listed = new HashSet<>();
      for (ObjectStore.ListedUpload each : list(destination)) {
        if (aborted.contains(each.storageUploadId())) {
          listed.add(each.storageUploadId());
        }
      }
      listed.forEach(
          id ->
              LOG.log(
                  Level.WARNING,
                  "S3 lists the orphan {0} of {1} although it was aborted",
                  id,
                  destination.name()));
      return listed;
    } catch (StorageException e) {
      String what = "whether the orphans of " + destination.name() + " are gone cannot be told";
      LOG.log(Level.WARNING, what, e);
      return aborted;
    }
  }
}
