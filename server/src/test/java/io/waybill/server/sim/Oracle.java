package io.waybill.server.sim;

import io.waybill.server.upload.Confirmation;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Failure;
import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Knows what must never happen (PROTOCOL I1 to I9), and sees every write and all that S3 does. */
final class Oracle {
  private static final Duration STALE = Duration.ofSeconds(10);

  /** The actors that hear of created objects; they only ask. */
  static final String EVENT = "event";

  /** For how long a server may sign for what it read before (I5). */
  private static final Duration RECALLED = Duration.ofSeconds(2);

  private record Sending(Actor actor, String storageUploadId) {}

  private final World world;
  private final Map<UploadId, SessionModel> sessions = new LinkedHashMap<>();
  private final Map<String, UploadId> acknowledged = new TreeMap<>();
  private final List<Sending> sending = new ArrayList<>();

  Oracle(World world) {
    this.world = world;
  }

  // What the store is told.

  void created(UploadStore.Created created) {
    if (created.isNew()) {
      Upload upload = created.upload();
      SessionModel model = new SessionModel(upload.spec(), upload.state());
      model.fence = upload.progress().fence();
      model.leaseUntil = upload.progress().leaseUntil();
      sessions.put(upload.id(), model);
      world.scheduler.trace("row " + shown(upload.spec()) + " " + upload.state());
    }
  }

  /** The row was written, or not: here it is. */
  void written(UploadSpec spec) {
    SessionModel model = model(spec);
    Upload row = world.rows.findOfAnyTenant(spec.id()).orElse(null);
    if (!model.exists) {
      return; // it was forgotten, and somebody who had read it before has just found out
    }
    if (row == null) {
      check(!model.acked, "I1", "an acknowledged session is gone: " + shown(spec));
      check(model.state == UploadState.CREATING, "states", "forgotten in " + model.state);
      check(
          !spec.hasOwnKey() || !model.refusedAt.isBefore(world.scheduler.current().callBegan),
          "rule 9",
          "forgotten, and S3 has not refused it");
      model.exists = false;
      return;
    }
    check(row.progress().fence() >= model.fence, "rule 1", "the fence went back");
    boolean takenOver = row.progress().fence() > model.fence && row.state() == model.state;
    check(
        !takenOver
            || model.leaseUntil == null
            || !model.leaseUntil.isAfter(now())
            || !model.leaseSince.isBefore(world.scheduler.current().callBegan)
            || model.leaseBy == world.scheduler.current().server,
        "rule 4",
        "taken over from somebody whose lease runs");
    check(
        !world.scheduler.current().name.equals(EVENT),
        "row 25",
        "an event changes a session by itself");
    model.fence = row.progress().fence();
    if (!Objects.equals(model.leaseUntil, row.progress().leaseUntil())) {
      model.leaseUntil = row.progress().leaseUntil();
      model.leaseSince = now();
      model.leaseBy = world.scheduler.current().server;
    }
    if (row.state() != model.state) {
      changes(model, row);
    }
  }

  private void changes(SessionModel model, Upload row) {
    UploadState from = model.state;
    UploadState to = row.state();
    world.scheduler.trace(
        "row %s %s → %s %s"
            .formatted(
                shown(model.spec), from, to, Objects.toString(row.progress().failure(), "")));
    check(next(from).contains(to), "states", shown(model.spec) + ": " + from + " → " + to);
    String id = row.progress().storageUploadId();
    switch (to) {
      case COMPLETING -> {
        model.manifest = null;
        check(
            model.completeAsked || isCompletedByItself(model),
            "row 25",
            "nobody asked to complete " + shown(model.spec));
      }
      case COMPLETED -> checkFinished(model, row.progress());
      case EXPIRED -> {
        check(row.isExpiredAt(now()), "rule 8", "expired before " + row.expireTime());
        checkNotThere(model, row);
      }
      case ACTIVE, FAILED -> {
        check(
            from != UploadState.COMPLETING || !mayComplete(id),
            "I3",
            to + " while an attempt may take effect");
        check(
            to == UploadState.ACTIVE || isLie(model) || !isWhole(model),
            "I2",
            "the object is whole, and reported FAILED");
        checkVerdict(model, row.progress());
      }
      default -> {}
    }
    if (from == UploadState.CREATING && to == UploadState.ACTIVE) {
      checkAlone(model.spec, id);
    }
    if (from == UploadState.COMPLETING && to == UploadState.ACTIVE) {
      model.reopened = true;
    }
    if (from == UploadState.ACTIVE) {
      model.leftActive = now();
    }
    model.state = to;
  }

  /** What completes by itself does not expire while S3 has all of it, unless S3 is silent. */
  private void checkNotThere(SessionModel model, Upload row) {
    Instant looked = world.scheduler.isAlone() ? now() : world.scheduler.current().callBegan;
    boolean silent = !now().isBefore(row.expireTime().plus(world.timing.putGrace()));
    check(
        !isCompletedByItself(model)
            || model.reopened
            || silent
            || looked.equals(Instant.MIN)
            || !world.s3.holds(model.spec, row.progress().storageUploadId(), looked.minus(STALE)),
        "row 25",
        "expired, and S3 has all of " + shown(model.spec));
  }

  private boolean isCompletedByItself(SessionModel model) {
    return world
        .destinations
        .find(model.spec.destination())
        .filter(Destination::completeOnEvent)
        .isPresent();
  }

  /** A caller asks to complete it. */
  void asksComplete(UploadSpec spec) {
    model(spec).completeAsked = true;
  }

  /** What an event has come to. */
  void confirmed(String key, Confirmation said) {
    boolean completed =
        sessions.values().stream()
            .anyMatch(
                model -> model.spec.key().equals(key) && model.state == UploadState.COMPLETED);
    check(said != Confirmation.COMPLETED || completed, "row 25", "confirmed, and not so: " + key);
  }

  /** A verdict on the content is for those that lie, where lies are rejected. */
  private void checkVerdict(SessionModel model, Progress progress) {
    Failure failure = progress.failure();
    boolean verdict = failure != null && failure.reason() == Reason.CONTENT_MISMATCH;
    check(!verdict || isLie(model), "content", "rejected, and it is what was declared");
    check(
        !verdict || progress.state() == UploadState.FAILED,
        "content",
        "a verdict on the content leads to " + progress.state());
  }

  /** Whether a session is not to be completed, whatever its object. */
  private static boolean isLie(SessionModel model) {
    return model.spec.destination().equals(World.REJECTING)
        && model.spec.filename().equals(World.LIAR);
  }

  /** What an earlier holder left in S3 is gone; what has landed since is the sweeper's. */
  private void checkAlone(UploadSpec spec, String storageUploadId) {
    Instant began = world.scheduler.current().callBegan;
    for (SimS3.Multipart upload : world.s3.uploads().values()) {
      boolean left =
          upload.spec != null
              && spec.hasOwnKey()
              && upload.key.equals(spec.key())
              && !upload.listed.storageUploadId().equals(storageUploadId)
              && upload.initiated.isBefore(began);
      check(!left, "row 3", "an earlier holder's upload is left");
    }
  }

  void createRefused(UploadSpec spec) {
    model(spec).refusedAt = now();
  }

  private static Set<UploadState> next(UploadState from) {
    return switch (from) {
      case CREATING -> EnumSet.of(UploadState.ACTIVE, UploadState.FAILED);
      case ACTIVE -> EnumSet.of(UploadState.COMPLETING, UploadState.ABORTED, UploadState.EXPIRED);
      case COMPLETING -> EnumSet.of(UploadState.COMPLETED, UploadState.ACTIVE, UploadState.FAILED);
      default -> EnumSet.noneOf(UploadState.class);
    };
  }

  private void checkFinished(SessionModel model, Progress progress) {
    StoredObject said = progress.object();
    check(said != null, "I2", "COMPLETED without an object");
    check(!isLie(model), "content", "COMPLETED, and it is not what was declared");
    check(
        said == null
            || !model.spec.destination().equals(World.TAGGING)
            || world.s3.isTagged(said.etag()) == model.spec.filename().equals(World.LIAR),
        "content",
        "COMPLETED, and the tag does not say whether it is what was declared");
    check(
        model.overwritten || isWhole(model), "I2", "COMPLETED, and S3 has no such object: " + said);
  }

  private boolean isWhole(SessionModel model) {
    FoundObject found = world.s3.objects().get(model.spec.key());
    return found != null
        && found.isOf(model.spec)
        && found.object().sizeBytes() == model.spec.plan().sizeBytes();
  }

  void recorded(Upload seen, Part part) {
    model(seen.spec()).recorded.put(part.number(), new SessionModel.Recorded(part.etag(), now()));
  }

  /** Parts may leave the ledger only where S3 holds something else. */
  void ledgerChanged(Upload seen, UploadStore.LedgerChange change) {
    change.put().forEach(part -> recorded(seen, part));
    SimS3.Multipart upload = world.s3.upload(seen.progress().storageUploadId());
    if (upload == null) {
      return;
    }
    Instant began = world.scheduler.current().callBegan;
    for (Integer number : change.drop()) {
      SimS3.Stored stored = upload.parts.get(number);
      SessionModel.Recorded said = model(seen.spec()).recorded.get(number);
      boolean dropsTheTruth =
          stored != null
              && said != null
              && stored.since().plus(STALE).isBefore(began)
              && said.time().isBefore(began)
              && stored.part().sizeBytes() == seen.spec().plan().sizeOf(number)
              && (said.etag().isEmpty() || said.etag().equals(stored.part().etag()));
      check(!dropsTheTruth, "I9", "a true report of part " + number + " is dropped");
    }
  }

  void signed(Upload upload, Instant end) {
    SessionModel model = model(upload.spec());
    Upload row = world.rows.findOfAnyTenant(upload.id()).orElseThrow();
    Instant began = world.scheduler.current().callBegan;
    boolean active =
        row.state() == UploadState.ACTIVE || !model.leftActive.plus(RECALLED).isBefore(began);
    check(active, "I5", "signed in " + row.state());
    check(!end.isAfter(row.urlEnd()), "I5", "a URL outlives the end that is stored");
    check(!end.isAfter(row.expireTime()), "I5", "a URL outlives its session");
  }

  // What S3 is told, and does.

  void sendsComplete(UploadSpec spec, String storageUploadId, List<Part> manifest) {
    SessionModel model = model(spec);
    Upload row = world.rows.findOfAnyTenant(spec.id()).orElseThrow();
    if (world.s3.isFinished(storageUploadId)) {
      return; // a holder that stood still: the one who took over was quicker, and nothing happens
    }
    check(row.state() == UploadState.COMPLETING, "I3", "a Complete is sent in " + row.state());
    check(row.progress().unsettledSince() != null, "rule 2", "an attempt that is not written down");
    List<String> etags = manifest.stream().map(part -> part.number() + part.etag()).toList();
    check(
        model.manifest == null || model.manifest.equals(etags),
        "I6",
        "two manifests: " + model.manifest + " and " + etags);
    model.manifest = etags;
    sending.add(new Sending(world.scheduler.current(), storageUploadId));
    world.scheduler.trace("sends Complete of " + storageUploadId + " " + etags);
  }

  void settled(String storageUploadId) {
    sending.remove(new Sending(world.scheduler.current(), storageUploadId));
  }

  private boolean mayComplete(String storageUploadId) {
    boolean sent =
        sending.stream()
            .anyMatch(s -> s.storageUploadId().equals(storageUploadId) && !s.actor().isDoomed());
    return world.s3.mayComplete(storageUploadId)
        || (sent && world.s3.upload(storageUploadId) != null);
  }

  /** S3 puts an object together. */
  void completes(UploadSpec spec, String storageUploadId, List<Part> manifest) {
    Upload row = world.rows.findOfAnyTenant(spec.id()).orElse(null);
    check(
        row != null && row.state() == UploadState.COMPLETING,
        "I3",
        "an attempt takes effect in " + (row == null ? "no row" : row.state()));
    check(manifest.size() == spec.plan().partCount(), "row 12", "a subset is completed");
  }

  /** An abort is about to be sent, or to take effect. */
  void aborts(String storageUploadId) {
    check(!mayComplete(storageUploadId), "I3", "an abort while a Complete may take effect");
    for (SessionModel model : sessions.values()) {
      Upload row = world.rows.findOfAnyTenant(model.spec.id()).orElse(null);
      if (row != null && row.progress().storageUploadId().equals(storageUploadId)) {
        check(row.state().isDead(), "I3", "abort of the upload of a session in " + row.state());
      }
    }
    SimS3.Multipart upload = world.s3.upload(storageUploadId);
    check(
        upload == null || upload.spec != null || isOldNeighbour(upload),
        "row 22",
        "a stranger's upload is aborted");
  }

  /** One that fits our keys, has no session, and is older than any session could be. */
  private boolean isOldNeighbour(SimS3.Multipart upload) {
    Instant old = upload.initiated.plus(world.timing.orphanAge());
    return !upload.key.contains("backup") && !old.isAfter(now());
  }

  /**
   * The object at a key is about to go.
   *
   * @param by whose object comes instead; null for none, or a single PUT's
   */
  void objectChanges(String key, @Nullable UploadSpec by) {
    FoundObject old = world.s3.objects().get(key);
    UploadId owner = old == null ? null : old.uploadId().orElse(null);
    if (owner == null) {
      check(old == null || (by != null && by.overwrite()), "row 24", "a stranger's object is lost");
      return;
    }
    SessionModel model = sessions.get(owner);
    if (model == null) {
      return;
    }
    if (by != null && by.overwrite()) {
      model.overwritten = true;
      return;
    }
    check(
        model.state != UploadState.COMPLETED && model.state != UploadState.COMPLETING,
        "I2",
        "the object of " + shown(model.spec) + " is destroyed in " + model.state);
  }

  // What callers are told.

  void started(String tenant, String requestId, Upload told) {
    UploadId before = acknowledged.putIfAbsent(tenant + "/" + requestId, told.id());
    check(before == null || before.equals(told.id()), "I1", "one request_id, two sessions");
    SessionModel model = sessions.get(told.id());
    check(model != null && model.exists, "I1", "a session is acknowledged that is not there");
    check(told.spec().tenant().equals(tenant), "I7", "another tenant's session");
    if (model != null) {
      model.acked = true;
    }
    String id = told.progress().storageUploadId();
    boolean same =
        world
            .rows
            .findOfAnyTenant(told.id())
            .filter(row -> row.progress().storageUploadId().equals(id))
            .isPresent();
    check(same, "I1", "told of an upload in S3 that is not the session's: " + id);
  }

  void told(String tenant, Upload upload, UploadState... allowed) {
    check(upload.spec().tenant().equals(tenant), "I7", "another tenant's session");
    if (allowed.length > 0) {
      SessionModel model = model(upload.spec());
      check(
          List.of(allowed).contains(upload.state()) && model.state == upload.state(),
          "I2",
          "told " + upload.state() + ", and it is " + model.state);
    }
  }

  void reported(UploadSpec spec, int number, String etag, Instant began) {
    SessionModel model = model(spec);
    SessionModel.Recorded recorded = model.recorded.get(number);
    check(
        model.state == UploadState.COMPLETED
            || (recorded != null && !recorded.time().isBefore(began)),
        "I9",
        "a report of part " + number + " is acknowledged and not written");
  }

  UploadState stateOf(UploadId id) {
    SessionModel model = sessions.get(id);
    return model == null ? UploadState.FAILED : model.state;
  }

  // What holds at every moment.

  void checkAlways() {
    checkUsage();
    for (SessionModel model : sessions.values()) {
      if (model.state == UploadState.COMPLETED && !model.overwritten) {
        check(isWhole(model), "I2", "COMPLETED, and the object is gone: " + shown(model.spec));
      }
    }
  }

  /** What is in use is the sum over the sessions, told apart here by what each state means. */
  private void checkUsage() {
    Map<String, Usage> sums = new TreeMap<>();
    for (SessionModel model : sessions.values()) {
      Usage one =
          switch (model.state) {
            case CREATING, ACTIVE, COMPLETING -> new Usage(1, model.spec.plan().sizeBytes());
            case COMPLETED -> new Usage(0, model.spec.plan().sizeBytes());
            case ABORTED, EXPIRED, FAILED -> Usage.NONE;
          };
      sums.merge(model.spec.destination(), model.exists ? one : Usage.NONE, Usage::plus);
    }
    sums.forEach(
        (destination, sum) -> {
          Usage used = world.rows.usage(destination, Simulation.TENANT);
          check(used.equals(sum), "usage", destination + ": " + used + ", and the sum is " + sum);
          check(World.QUOTA.hasRoomFor(Usage.NONE, used), "quota", destination + " has " + used);
        });
  }

  /** When nobody does anything any more, and the sweeper has passed after all that could land. */
  void checkAtTheEnd() {
    checkAlways();
    for (SessionModel model : sessions.values()) {
      Optional<Upload> row = world.rows.findOfAnyTenant(model.spec.id());
      check(row.isPresent() == model.exists, "I1", "the row of " + shown(model.spec));
      check(
          !model.exists || model.state.isTerminal(),
          "LIVENESS",
          shown(model.spec) + " ends in " + model.state);
    }
    acknowledged
        .values()
        .forEach(id -> check(world.rows.findOfAnyTenant(id).isPresent(), "I1", "lost " + id));
    world.s3.uploads().values().forEach(this::checkLeftUpload);
    world.s3.objects().values().forEach(this::checkLeftObject);
  }

  private void checkLeftUpload(SimS3.Multipart upload) {
    if (upload.spec == null) {
      return;
    }
    // Where the keys are exact, a lost create is left to the bucket's lifecycle rule (rule 3).
    String id = upload.listed.storageUploadId();
    boolean lost =
        !upload.spec.hasOwnKey()
            && world
                .rows
                .findOfAnyTenant(upload.spec.id())
                .filter(row -> row.progress().storageUploadId().equals(id))
                .isEmpty();
    check(lost, "I4", "S3 still lists " + id + " of " + shown(upload.spec));
  }

  private void checkLeftObject(FoundObject object) {
    object
        .uploadId()
        .map(sessions::get)
        .ifPresent(
            model ->
                check(
                    model.state == UploadState.COMPLETED,
                    "I4",
                    "an object is left of " + shown(model.spec) + ", " + model.state));
  }

  private SessionModel model(UploadSpec spec) {
    SessionModel model = sessions.get(spec.id());
    if (model == null) {
      throw new InvariantViolated("I1", "a session that was never created");
    }
    return model;
  }

  private static String shown(UploadSpec spec) {
    return spec.requestId()
        + (spec.mode() == UploadMode.SINGLE ? " (single, " : " (multipart, ")
        + spec.destination()
        + ")";
  }

  private Instant now() {
    return world.clock.instant();
  }

  private void check(boolean holds, String invariant, String what) {
    if (!holds) {
      violated(invariant, what);
    }
  }

  void violated(String invariant, String what) {
    InvariantViolated violated = new InvariantViolated(invariant, what);
    world.scheduler.trace("VIOLATED " + violated.getMessage());
    world.scheduler.fail(violated);
    throw violated;
  }
}
