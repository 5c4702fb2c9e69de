package io.waybill.server.upload;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An S3 without bytes: it knows what was put where, how long it is, and refuses what S3 refuses.
 * Tests put parts and objects into it as an uploader would, and may fail or delay every operation.
 */
public final class InMemoryObjectStore implements ObjectStore {

  /** What is asked of S3. */
  public enum Operation {
    CREATE,
    LIST_PARTS,
    COMPLETE,
    ABORT,
    HEAD,
    LIST_UPLOADS,
    DELETE,
    READ_START,
    TAG
  }

  private static final class Multipart {
    final UploadSpec spec;
    final String key;
    final Instant initiated;
    final NavigableMap<Integer, Part> parts = new TreeMap<>();

    Multipart(UploadSpec spec, String key, Instant initiated) {
      this.spec = spec;
      this.key = key;
      this.initiated = initiated;
    }
  }

  private final Clock clock;
  private final Map<String, Multipart> multiparts = new HashMap<>();
  private final Map<String, FoundObject> objects = new HashMap<>();
  private final Map<Operation, Integer> calls = new ConcurrentHashMap<>();
  private volatile Consumer<Operation> before = operation -> {};
  private volatile Consumer<Operation> after = operation -> {};
  private volatile Function<String, List<String>> spelling = List::of;
  private final Map<String, Map<String, String>> tags = new HashMap<>();
  private volatile boolean uploadsHidden;
  private volatile @Nullable Checksum saidChecksum;
  private volatile byte[] content = {};
  private int lastUpload;
  private boolean deletesOnCondition = true;

  public InMemoryObjectStore(Clock clock) {
    this.clock = clock;
  }

  /** What happens before each operation, outside any lock: it may throw, or wait. */
  public void before(Consumer<Operation> hook) {
    before = hook;
  }

  /**
   * What happens after a create, a complete or a delete took effect: it may throw, so the reply is
   * lost.
   */
  public void after(Consumer<Operation> hook) {
    after = hook;
  }

  /** What is then known of a listed upload's key: the candidates, the likeliest first. */
  public void spell(Function<String, List<String>> keys) {
    spelling = keys;
  }

  /** From now on no list shows any upload, or all do again. */
  public void hideUploads(boolean hidden) {
    uploadsHidden = hidden;
  }

  /** Every call of this operation fails so, and no other. */
  public void fail(Operation failing, StorageException.Kind kind) {
    before(
        operation -> {
          if (operation == failing) {
            throw new StorageException(kind, "S3's own words");
          }
        });
  }

  /** How often an operation was asked for. */
  public int calls(Operation operation) {
    return calls.getOrDefault(operation, 0);
  }

  /** An uploader puts a part as planned. Returns its ETag. */
  public String putPart(Upload upload, int number) {
    return putPart(upload, number, upload.spec().plan().sizeOf(number), null);
  }

  /** An uploader puts whatever it likes. Returns its ETag. */
  public synchronized String putPart(
      Upload upload, int number, long sizeBytes, @Nullable Checksum checksum) {
    String etag = "etag-" + number + "-" + sizeBytes;
    multipart(upload.progress().storageUploadId())
        .parts
        .put(number, new Part(number, sizeBytes, etag, checksum, clock.instant()));
    return etag;
  }

  /** An uploader puts the whole file by a single PUT. Returns its ETag. */
  public String putObject(Upload upload) {
    return putObject(upload.spec(), upload.spec().plan().sizeBytes(), upload.id());
  }

  /** Somebody puts an object at an upload's key; null is a stranger. Returns its ETag. */
  public synchronized String putObject(UploadSpec at, long sizeBytes, @Nullable UploadId owner) {
    String etag = "object-" + sizeBytes;
    StoredObject object = new StoredObject(etag, "", sizeBytes, null);
    objects.put(place(at), new FoundObject(object, Optional.ofNullable(owner)));
    return etag;
  }

  /** What S3 says is the checksum of every object finished from now on; null for the true one. */
  public void sayChecksum(@Nullable Checksum checksum) {
    saidChecksum = checksum;
  }

  /** What every object begins with from now on. */
  public void sayContent(byte[] start) {
    content = start.clone();
  }

  /** The tags of the object at an upload's key. */
  public synchronized Map<String, String> tagsAt(UploadSpec spec) {
    return Map.copyOf(tags.getOrDefault(place(spec), Map.of()));
  }

  /** How many multipart uploads somebody would have to pay for. */
  public synchronized int multipartUploads() {
    return multiparts.size();
  }

  /** A lifecycle rule removes all unfinished multipart uploads. */
  public synchronized void forgetMultipartUploads() {
    multiparts.clear();
  }

  @Override
  public String createMultipartUpload(UploadSpec spec) {
    enter(Operation.CREATE);
    synchronized (this) {
      String id = "storage-upload-" + ++lastUpload;
      multiparts.put(id, new Multipart(spec, spec.key(), clock.instant()));
      after.accept(Operation.CREATE);
      return id;
    }
  }

  @Override
  public PartPage listParts(UploadSpec spec, String storageUploadId, int after, int most) {
    enter(Operation.LIST_PARTS);
    synchronized (this) {
      List<Part> rest =
          List.copyOf(multipart(storageUploadId).parts.tailMap(after, false).values());
      return new PartPage(rest.subList(0, Math.min(most, rest.size())), rest.size() > most);
    }
  }

  @Override
  public StoredObject completeMultipartUpload(
      UploadSpec spec, String storageUploadId, List<Part> manifest) {
    enter(Operation.COMPLETE);
    synchronized (this) {
      Multipart multipart = multipart(storageUploadId);
      if (objects.containsKey(place(spec)) && !spec.overwrite()) {
        throw new StorageException(StorageException.Kind.EXISTS, "PreconditionFailed");
      }
      checkManifest(multipart, manifest);
      StoredObject object =
          new StoredObject(
              "multipart-" + manifest.size(),
              "",
              manifest.stream().mapToLong(Part::sizeBytes).sum(),
              saidChecksum == null
                  ? ObjectChecksum.of(multipart.spec, manifest).orElse(null)
                  : saidChecksum);
      objects.put(place(spec), new FoundObject(object, Optional.of(multipart.spec.id())));
      multiparts.remove(storageUploadId);
      after.accept(Operation.COMPLETE);
      return object;
    }
  }

  @Override
  public void abortMultipartUpload(UploadSpec spec, String storageUploadId) {
    enter(Operation.ABORT);
    synchronized (this) {
      multipart(storageUploadId);
      multiparts.remove(storageUploadId);
    }
  }

  @Override
  public void abortListedUpload(
      String destination, String bucket, String key, String storageUploadId) {
    enter(Operation.ABORT);
    synchronized (this) {
      if (!multipart(storageUploadId).key.equals(key)) {
        throw new StorageException(StorageException.Kind.GONE, "NoSuchUpload");
      }
      multiparts.remove(storageUploadId);
    }
  }

  /** Somebody else makes a multipart upload. Returns its id. */
  public synchronized String strangersUpload(UploadSpec like, String key) {
    String id = "storage-upload-" + ++lastUpload;
    multiparts.put(id, new Multipart(like, key, clock.instant()));
    return id;
  }

  /** The keys of the multipart uploads that somebody has to pay for. */
  public synchronized List<String> multipartKeys() {
    return multiparts.values().stream().map(each -> each.key).sorted().toList();
  }

  @Override
  public Optional<FoundObject> head(UploadSpec spec) {
    enter(Operation.HEAD);
    synchronized (this) {
      return Optional.ofNullable(objects.get(place(spec)));
    }
  }

  @Override
  public Optional<UploadId> ownerAt(String destination, String bucket, String key) {
    enter(Operation.HEAD);
    synchronized (this) {
      return Optional.ofNullable(objects.get(bucket + "/" + key)).flatMap(FoundObject::uploadId);
    }
  }

  @Override
  public List<ListedUpload> listMultipartUploads(
      String destination, String bucket, String keyPrefix) {
    enter(Operation.LIST_UPLOADS);
    synchronized (this) {
      return uploadsHidden
          ? List.of()
          : multiparts.entrySet().stream()
              .filter(each -> each.getValue().spec.bucket().equals(bucket))
              .filter(each -> each.getValue().key.startsWith(keyPrefix))
              .map(each -> listed(each.getKey(), each.getValue()))
              .toList();
    }
  }

  private ListedUpload listed(String id, Multipart multipart) {
    return new ListedUpload(spelling.apply(multipart.key), id, multipart.initiated);
  }

  @Override
  public boolean delete(UploadSpec spec, StoredObject object) {
    enter(Operation.DELETE);
    synchronized (this) {
      FoundObject found = objects.get(place(spec));
      if (!spec.hasOwnKey() && !deletesOnCondition) {
        return false;
      }
      if (found != null && (spec.hasOwnKey() || found.object().equals(object))) {
        objects.remove(place(spec));
      }
    }
    after.accept(Operation.DELETE);
    return true;
  }

  /** From now on it does not delete on the condition of an ETag, as some stores. */
  synchronized void refuseConditionalDeletes() {
    deletesOnCondition = false;
  }

  @Override
  public byte[] readStart(UploadSpec spec, StoredObject object, int most) {
    enter(Operation.READ_START);
    synchronized (this) {
      requireSame(spec, object);
      return Arrays.copyOf(content, Math.min(most, content.length));
    }
  }

  @Override
  public void tag(UploadSpec spec, StoredObject object, String name, String value) {
    enter(Operation.TAG);
    synchronized (this) {
      requireSame(spec, object);
      tags.computeIfAbsent(place(spec), at -> new HashMap<>()).put(name, value);
    }
  }

  private void requireSame(UploadSpec spec, StoredObject object) {
    FoundObject found = objects.get(place(spec));
    if (found == null || !found.object().equals(object)) {
      throw new StorageException(StorageException.Kind.UNAVAILABLE, "another object by now");
    }
  }

  private void enter(Operation operation) {
    calls.merge(operation, 1, Integer::sum);
    before.accept(operation);
  }

  private Multipart multipart(String storageUploadId) {
    Multipart multipart = multiparts.get(storageUploadId);
    if (multipart == null) {
      throw new StorageException(StorageException.Kind.GONE, "NoSuchUpload");
    }
    return multipart;
  }

  private static void checkManifest(Multipart multipart, List<Part> manifest) {
    List<Part> ordered = new ArrayList<>(manifest);
    ordered.sort((a, b) -> Integer.compare(a.number(), b.number()));
    boolean known =
        manifest.stream()
            .allMatch(
                part -> {
                  Part stored = multipart.parts.get(part.number());
                  return stored != null && stored.etag().equals(part.etag());
                });
    boolean largeEnough =
        manifest.stream()
            .limit(Math.max(manifest.size() - 1, 0))
            .allMatch(part -> part.sizeBytes() >= S3Limits.MIN_PART_BYTES);
    if (manifest.isEmpty() || !ordered.equals(manifest) || !known || !largeEnough) {
      throw new StorageException(StorageException.Kind.PARTS_REFUSED, "InvalidPart");
    }
  }

  private static String place(UploadSpec spec) {
    return spec.bucket() + "/" + spec.key();
  }
}
