package io.waybill.server.upload;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Retention: deletes sessions that ended long ago, and their ledgers; a few at a time, so that
 * others' writes wait for a hundred of them at the most. The objects stay where they are. From then
 * on the session is NOT_FOUND, and its request_id is a new one.
 */
public final class ForgetUploads {
  /** How many sessions one read looks at. */
  static final int READ = 500;

  /** How many sessions one pass deletes at the most; the next pass goes on. */
  static final int MOST = 20_000;

  /** How much one transaction deletes: so many sessions, or so many parts if that is fewer. */
  private static final int SESSIONS = 100;

  private static final int PARTS = 2_000;

  private final UploadStore store;
  private final Clock clock;
  private final @Nullable Duration retention;

  /**
   * @param retention how long a session is kept after its last change; null for ever
   */
  public ForgetUploads(UploadStore store, Clock clock, @Nullable Duration retention) {
    this.store = store;
    this.clock = clock;
    this.retention = retention;
  }

  /** One pass. */
  public List<Swept> execute() {
    List<Swept> swept = new ArrayList<>();
    walk(
        group -> {
          store.forget(group); // or another replica has: what is at rest does nothing else
          add(swept, group, Swept.Outcome.DONE);
        });
    return swept;
  }

  /** What one pass would do now. Touches nothing. */
  public List<Swept> plan() {
    List<Swept> swept = new ArrayList<>();
    walk(group -> add(swept, group, Swept.Outcome.WOULD));
    return swept;
  }

  private void walk(Consumer<List<Upload>> each) {
    if (retention == null) {
      return;
    }
    Instant before = clock.instant().minus(retention);
    long next = 0;
    int found = 0;
    do {
      UploadStore.AtRest some = store.atRest(before, next, READ);
      groups(some.uploads()).forEach(each);
      found += some.uploads().size();
      next = some.next();
    } while (next != 0 && found < MOST);
  }

  private static List<List<Upload>> groups(List<Upload> uploads) {
    List<List<Upload>> groups = new ArrayList<>();
    List<Upload> group = new ArrayList<>();
    int parts = 0;
    for (Upload upload : uploads) {
      boolean full = group.size() == SESSIONS || parts + upload.uploadedParts() > PARTS;
      if (full && !group.isEmpty()) {
        groups.add(group);
        group = new ArrayList<>();
        parts = 0;
      }
      group.add(upload);
      parts += upload.uploadedParts();
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }

  private static void add(List<Swept> swept, List<Upload> uploads, Swept.Outcome outcome) {
    uploads.forEach(upload -> swept.add(Swept.of(Swept.Action.FORGET, upload, outcome)));
  }
}
