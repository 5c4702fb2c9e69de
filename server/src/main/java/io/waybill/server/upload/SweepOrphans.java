package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    List<Swept> swept = new ArrayList<>();
    for (Destination destination : destinations.all()) {
      for (Orphan orphan : find(destination)) {
        swept.add(orphan.as(abort(orphan)));
      }
    }
    return swept;
  }

  /** What one pass would abort now. Touches nothing. */
  public List<Swept> plan() {
    return destinations.all().stream()
        .flatMap(destination -> find(destination).stream())
        .map(orphan -> orphan.as(Swept.Outcome.WOULD))
        .toList();
  }

  private record Orphan(
      Destination destination, UploadId uploadId, ObjectStore.ListedUpload listed) {
    Swept as(Swept.Outcome outcome) {
      return new Swept(
          Swept.Action.ABORT_ORPHAN, uploadId, destination.name(), listed.key(), outcome);
    }
  }

  private List<Orphan> find(Destination destination) {
    if (destination.keys().exact()) {
      return List.of();
    }
    List<Orphan> orphans = new ArrayList<>();
    try {
      for (ObjectStore.ListedUpload listed :
          objects.listMultipartUploads(
              destination.name(), destination.bucket(), destination.keys().prefix())) {
        destination
            .keys()
            .uploadIdIn(listed.key())
            .filter(id -> isOrphan(listed, id))
            .ifPresent(id -> orphans.add(new Orphan(destination, id, listed)));
      }
    } catch (StorageException e) {
      LOG.log(Level.WARNING, "the uploads of " + destination.name() + " cannot be listed", e);
    }
    return orphans;
  }

  private boolean isOrphan(ObjectStore.ListedUpload listed, UploadId id) {
    Duration age = Duration.between(listed.initiated(), clock.instant());
    Optional<Upload> session = store.findOfAnyTenant(id);
    if (session.isEmpty()) {
      return age.compareTo(timing.orphanAge()) >= 0;
    }
    if (age.compareTo(timing.completeGrace()) < 0) {
      return false; // whoever made it may be about to write it down
    }
    UploadSpec spec = session.get().spec();
    if (!spec.key().equals(listed.key())) {
      return false; // below the session's id, but not its key: Waybill makes no such upload
    }
    Progress progress = session.get().progress();
    boolean own = progress.storageUploadId().equals(listed.storageUploadId());
    return switch (progress.state()) {
      case CREATING -> false; // its next holder looks at the key itself
      case ACTIVE, COMPLETING, COMPLETED -> !own;
      case ABORTED, EXPIRED, FAILED -> !own || progress.cleanAt() == null;
    };
  }

  private Swept.Outcome abort(Orphan orphan) {
    ObjectStore.ListedUpload listed = orphan.listed();
    try {
      objects.abortListedUpload(orphan.destination().name(), orphan.destination().bucket(), listed);
      LOG.log(Level.INFO, "aborted an orphan of upload {0}", orphan.uploadId());
      return Swept.Outcome.DONE;
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.GONE) {
        return Swept.Outcome.DONE;
      }
      LOG.log(Level.WARNING, "an orphan of upload " + orphan.uploadId() + " stays", e);
      return Swept.Outcome.LATER;
    }
  }
}
