package io.waybill.server.sim;

import io.waybill.server.upload.ObjectStore.FoundObject;
import io.waybill.server.upload.ObjectStore.ListedUpload;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What S3 really holds, and what it has yet to do. Nothing here fails by chance: {@link
 * SimObjectStore} decides what becomes of a request and of its answer.
 */
final class SimS3 {

  /** A part, and how S3 saw the number before. */
  record Stored(Part part, @Nullable Part before, Instant since) {}

  static final class Multipart {
    final String key;
    final ListedUpload listed;
    final Instant initiated;
    final @Nullable UploadSpec spec;
    final NavigableMap<Integer, Stored> parts = new TreeMap<>();

    Multipart(String key, ListedUpload listed, @Nullable UploadSpec spec) {
      this.key = key;
      this.listed = listed;
      this.initiated = Objects.requireNonNull(listed.initiated());
      this.spec = spec;
    }
  }

  private final SimClock clock;
  private final World world;
  private final Map<String, Multipart> uploads = new TreeMap<>();
  private final Map<String, UploadSpec> finished = new TreeMap<>();
  private final Map<String, FoundObject> objects = new TreeMap<>();
  private final Map<String, Instant> createdAt = new TreeMap<>();
  private final Set<String> lies = new TreeSet<>();
  private final Set<String> tagged = new TreeSet<>();
  private final List<Pending> pending = new ArrayList<>();
  private int lastUpload;
  private int lastContent;

  /** What a second Complete answers. */
  final Kind repeatedComplete;

  /** Some stores destroy the object when its finished upload is aborted. */
  final boolean abortDestroysFinished;

  /** Some stores list an aborted upload again when a PUT lands that was under way. */
  final boolean putRevivesAborted;

  private final boolean checksObjectSize;
  private final boolean encodesKeys;

  SimS3(SimClock clock, World world, SplittableRandom random) {
    this.clock = clock;
    this.world = world;
    this.repeatedComplete = random.nextBoolean() ? Kind.GONE : Kind.UNAVAILABLE;
    this.abortDestroysFinished = random.nextBoolean();
    this.putRevivesAborted = random.nextBoolean();
    this.checksObjectSize = random.nextBoolean();
    this.encodesKeys = random.nextBoolean();
  }

  String create(UploadSpec spec) {
    return create(spec.key(), spec);
  }

  /** Where keys are encoded and it is not said how, there is more than one that it may be. */
  private ListedUpload listed(String key, String id) {
    List<String> keys = List.of(key.replace('+', ' '), key, key.replace(" ", "%20"));
    return new ListedUpload(encodesKeys ? keys : List.of(key), id, clock.instant());
  }

  String create(String key, @Nullable UploadSpec spec) {
    String id = "u%04d".formatted(++lastUpload);
    uploads.put(id, new Multipart(key, listed(key, id), spec));
    world.scheduler.trace("S3 has " + id + " at " + key);
    return id;
  }

  @Nullable Multipart upload(String storageUploadId) {
    return uploads.get(storageUploadId);
  }

  Map<String, Multipart> uploads() {
    return uploads;
  }

  Map<String, FoundObject> objects() {
    return objects;
  }

  boolean isStrangers(String storageUploadId) {
    Multipart upload = uploads.get(storageUploadId);
    return upload != null && upload.spec == null;
  }

  boolean isFinished(String storageUploadId) {
    return finished.containsKey(storageUploadId);
  }

  /** A part, or a whole object, with new bytes or the same as before. Returns its ETag. */
  String put(Url url, boolean sameBytes) {
    boolean planned = url.sizeBytes() == url.spec().plan().sizeOf(url.number());
    String etag = "e" + url.number() + (sameBytes && planned ? "" : "-" + ++lastContent);
    if (!url.isSingle()) {
      Multipart upload = uploads.get(url.storageUploadId());
      if (upload == null) {
        throw new StorageException(Kind.GONE, "NoSuchUpload");
      }
      putPart(upload, url, etag);
      return etag;
    }
    if (url.ifNoneMatch() && objects.containsKey(url.spec().key())) {
      throw new StorageException(Kind.EXISTS, "PreconditionFailed");
    }
    String unique = "o" + ++lastContent;
    StoredObject object = new StoredObject(unique, "", url.sizeBytes(), null);
    world.oracle.objectChanges(url.spec().key(), null);
    objects.put(url.spec().key(), new FoundObject(object, Optional.of(url.spec().id())));
    rememberContent(url.spec(), unique);
    created(url.spec().key());
    world.scheduler.trace("S3 has object " + unique + " at " + url.spec().key());
    return unique;
  }

  private void putPart(Multipart upload, Url url, String etag) {
    Part part = new Part(url.number(), url.sizeBytes(), etag, null, clock.instant());
    Stored before = upload.parts.get(url.number());
    upload.parts.put(
        url.number(), new Stored(part, before == null ? null : before.part(), clock.instant()));
    world.scheduler.trace("S3 has part " + etag + " of " + url.storageUploadId());
  }

  /** A PUT that began while its URL was valid lands now, whatever has happened since. */
  void land(Url url) {
    boolean aborted =
        !url.isSingle() && !uploads.containsKey(url.storageUploadId()) && putRevivesAborted;
    if (aborted && !isFinished(url.storageUploadId())) {
      Multipart revived =
          new Multipart(
              url.spec().key(), listed(url.spec().key(), url.storageUploadId()), url.spec());
      uploads.put(url.storageUploadId(), revived);
      putPart(revived, url, "e" + url.number());
      return;
    }
    try {
      put(url, false);
    } catch (StorageException e) {
      world.scheduler.trace("a late PUT is refused: " + e.getMessage());
    }
  }

  StoredObject complete(UploadSpec spec, String storageUploadId, List<Part> manifest) {
    Multipart upload = uploads.get(storageUploadId);
    if (upload == null) {
      throw new StorageException(
          isFinished(storageUploadId) ? repeatedComplete : Kind.GONE, "a second Complete");
    }
    if (objects.containsKey(spec.key()) && !spec.overwrite()) {
      throw new StorageException(Kind.EXISTS, "PreconditionFailed");
    }
    check(spec, upload, manifest);
    String etag = "m" + ++lastContent;
    long size = manifest.stream().mapToLong(Part::sizeBytes).sum();
    StoredObject object = new StoredObject(etag, "", size, null);
    world.oracle.completes(spec, storageUploadId, manifest);
    world.oracle.objectChanges(spec.key(), spec);
    objects.put(spec.key(), new FoundObject(object, Optional.of(spec.id())));
    rememberContent(spec, etag);
    created(spec.key());
    uploads.remove(storageUploadId);
    finished.put(storageUploadId, spec);
    world.scheduler.trace("S3 finished " + storageUploadId + " as " + etag);
    return object;
  }

  private void created(String key) {
    createdAt.put(key, clock.instant());
    world.events.created(key);
  }

  /** Whether it has held all of an upload since then, as far as it was planned. */
  boolean holds(UploadSpec spec, String storageUploadId, Instant since) {
    FoundObject found = objects.get(spec.key());
    if (found != null && found.isOf(spec)) {
      return createdAt.getOrDefault(spec.key(), Instant.MAX).isBefore(since);
    }
    Multipart upload = uploads.get(storageUploadId);
    return upload != null
        && upload.parts.size() == spec.plan().partCount()
        && upload.parts.values().stream()
            .allMatch(
                stored ->
                    stored.since().isBefore(since)
                        && stored.part().sizeBytes() == spec.plan().sizeOf(stored.part().number()));
  }

  private void rememberContent(UploadSpec spec, String etag) {
    if (spec.filename().equals(World.LIAR)) {
      lies.add(etag);
    }
  }

  /** Whether an object is not what was declared. */
  boolean isLie(String etag) {
    return lies.contains(etag);
  }

  void tag(String etag) {
    tagged.add(etag);
    world.scheduler.trace("S3 tagged " + etag);
  }

  boolean isTagged(String etag) {
    return tagged.contains(etag);
  }

  private void check(UploadSpec spec, Multipart upload, List<Part> manifest) {
    int last = 0;
    long size = 0;
    for (Part part : manifest) {
      Stored stored = upload.parts.get(part.number());
      boolean known = stored != null && stored.part().etag().equals(part.etag());
      boolean small = part.number() < manifest.size() && part.sizeBytes() < S3Limits.MIN_PART_BYTES;
      if (!known || small || part.number() <= last) {
        throw new StorageException(Kind.PARTS_REFUSED, "InvalidPart " + part.number());
      }
      last = part.number();
      size += part.sizeBytes();
    }
    if (manifest.isEmpty() || (checksObjectSize && size != spec.plan().sizeBytes())) {
      throw new StorageException(Kind.PARTS_REFUSED, "InvalidRequest");
    }
  }

  void abort(String key, String storageUploadId) {
    UploadSpec done = finished.get(storageUploadId);
    if (done != null && abortDestroysFinished) {
      FoundObject object = objects.get(key);
      if (object != null && object.isOf(done)) {
        world.oracle.objectChanges(key, null);
        objects.remove(key);
        world.scheduler.trace("S3 destroyed the object of " + storageUploadId);
      }
    }
    Multipart upload = uploads.get(storageUploadId);
    if (upload == null || !upload.key.equals(key)) {
      throw new StorageException(Kind.GONE, "NoSuchUpload");
    }
    uploads.remove(storageUploadId);
    world.scheduler.trace("S3 dropped " + storageUploadId);
  }

  /** On the condition of the ETag, unless the key can be nobody else's. */
  void delete(UploadSpec spec, StoredObject object) {
    String key = spec.key();
    FoundObject found = objects.get(key);
    if (found != null && (spec.hasOwnKey() || found.object().etag().equals(object.etag()))) {
      world.oracle.objectChanges(key, null);
      objects.remove(key);
      world.scheduler.trace("S3 deleted " + found.object().etag());
    }
  }

  void putStranger(String key) {
    StoredObject object = new StoredObject("s" + ++lastContent, "", 7, null);
    objects.put(key, new FoundObject(object, Optional.empty()));
    world.scheduler.trace("a stranger has taken " + key);
  }

  /** Is done at that time at the latest, or by chance before. */
  void later(
      Duration delay, boolean completes, String storageUploadId, String what, Runnable work) {
    pending.add(new Pending(clock.instant().plus(delay), completes, storageUploadId, what, work));
  }

  boolean hasPending(Predicate<Pending> which) {
    return pending.stream().anyMatch(which);
  }

  /** Whether a Complete of this upload was sent that may still take effect. */
  boolean mayComplete(String storageUploadId) {
    return uploads.containsKey(storageUploadId)
        && hasPending(p -> p.completes() && p.storageUploadId().equals(storageUploadId));
  }

  /** Does what is due. */
  void catchUp() {
    for (int i = 0; i < pending.size(); i++) {
      if (!pending.get(i).at().isAfter(clock.instant())) {
        doPending(i--);
      }
    }
  }

  /** Does one of the pending things, ahead of its time. */
  void hasten(SplittableRandom random) {
    if (!pending.isEmpty()) {
      doPending(random.nextInt(pending.size()));
    }
  }

  private void doPending(int index) {
    Pending next = pending.remove(index);
    world.scheduler.trace("late: " + next.what());
    try {
      next.work().run();
    } catch (StorageException e) {
      world.scheduler.trace("refused: " + e.getMessage());
    }
  }

  Optional<Instant> nextPending() {
    return pending.stream().map(Pending::at).min(Instant::compareTo);
  }
}
