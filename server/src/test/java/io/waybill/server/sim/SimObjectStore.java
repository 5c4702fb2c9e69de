package io.waybill.server.sim;

import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.StorageException.Kind;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The way to S3: requests that never arrive, answers that never come back, and both late. */
final class SimObjectStore implements ObjectStore {
  private static final int MAX_LATE_SECONDS = 590; // below the S3 client's timeout of 10 minutes
  private static final int STALE_SECONDS = 5;

  private final World world;
  private final SimS3 s3;
  private final Weather weather;
  private final Scheduler scheduler;

  SimObjectStore(World world) {
    this.world = world;
    this.s3 = world.s3;
    this.weather = world.weather;
    this.scheduler = world.scheduler;
  }

  @Override
  public String createMultipartUpload(UploadSpec spec) {
    before(Step.BEFORE_CREATE, 30);
    if (weather.strikes(Fault.CREATE_REFUSED, 0.3)) {
      world.oracle.createRefused(spec);
      throw new StorageException(Kind.REFUSED, "AccessDenied");
    }
    failIf(Fault.CREATE_FAILS);
    if (weather.strikes(Fault.CREATE_LANDS_LATE, 0.6)) {
      s3.later(late(), false, "", "create at " + spec.key(), () -> s3.create(spec));
      throw lost("CreateMultipartUpload");
    }
    String id = s3.create(spec);
    scheduler.yieldAt(Step.AFTER_CREATE);
    failIf(Fault.CREATE_REPLY_LOST);
    return id;
  }

  @Override
  public PartPage listParts(UploadSpec spec, String storageUploadId, int after, int most) {
    before(Step.S3, 30);
    failIf(Fault.LISTING_FAILS);
    SimS3.Multipart upload = s3.upload(storageUploadId);
    if (upload == null) {
      throw new StorageException(Kind.GONE, "NoSuchUpload");
    }
    if (weather.strikes(Fault.LISTING_FORGETS_UPLOAD, 0.15)) {
      throw new StorageException(Kind.GONE, "NoSuchUpload, though it is there");
    }
    List<Part> parts = new ArrayList<>();
    for (SimS3.Stored stored : upload.parts.tailMap(after, false).values()) {
      boolean recent = stored.since().plusSeconds(STALE_SECONDS).isAfter(world.clock.instant());
      if (!recent || !weather.strikes(Fault.LISTING_STALE)) {
        parts.add(stored.part());
      } else if (stored.before() != null) {
        parts.add(stored.before());
      }
    }
    int page = Math.min(most, world.pageSize);
    scheduler.yieldAt(Step.S3);
    return new PartPage(
        List.copyOf(parts.subList(0, Math.min(page, parts.size()))), parts.size() > page);
  }

  @Override
  public StoredObject completeMultipartUpload(
      UploadSpec spec, String storageUploadId, List<Part> manifest) {
    world.oracle.sendsComplete(spec, storageUploadId, manifest);
    Instant timeout = world.clock.instant().plusSeconds(MAX_LATE_SECONDS);
    try {
      before(Step.BEFORE_COMPLETE, MAX_LATE_SECONDS - 30);
      return answerComplete(spec, storageUploadId, manifest, timeout);
    } finally {
      world.oracle.settled(storageUploadId);
    }
  }

  private StoredObject answerComplete(
      UploadSpec spec, String storageUploadId, List<Part> manifest, Instant timeout) {
    failIf(Fault.COMPLETE_FAILS);
    failIf(Fault.COMPLETE_CONFLICT);
    if (weather.strikes(Fault.COMPLETE_REFUSED, 0.3)) {
      throw new StorageException(Kind.REFUSED, "AccessDenied");
    }
    if (weather.strikes(Fault.COMPLETE_LANDS_LATE)) {
      Duration left = Duration.between(world.clock.instant(), timeout);
      s3.later(
          left.toSeconds() < 2 ? Duration.ofSeconds(1) : atMost(left),
          true,
          storageUploadId,
          "complete " + storageUploadId,
          () -> s3.complete(spec, storageUploadId, manifest));
      throw lost("CompleteMultipartUpload");
    }
    if (weather.strikes(Fault.COMPLETE_HOLLOW, 0.3)) {
      s3.later(
          Duration.ofSeconds(1),
          true,
          storageUploadId,
          "complete " + storageUploadId,
          () -> s3.complete(spec, storageUploadId, manifest));
      return new StoredObject("hollow", "", spec.plan().sizeBytes(), null);
    }
    StoredObject object = s3.complete(spec, storageUploadId, manifest);
    scheduler.yieldAt(Step.AFTER_COMPLETE);
    if (weather.strikes(Fault.COMPLETE_SAYS_GONE)) {
      throw new StorageException(s3.repeatedComplete, "the SDK's own repetition");
    }
    failIf(Fault.COMPLETE_REPLY_LOST);
    return object;
  }

  @Override
  public void abortMultipartUpload(UploadSpec spec, String storageUploadId) {
    abort(spec.key(), storageUploadId);
  }

  @Override
  public void abortListedUpload(
      String destination, String bucket, String key, String storageUploadId) {
    abort(key, storageUploadId);
  }

  private void abort(String key, String storageUploadId) {
    world.oracle.aborts(storageUploadId);
    before(Step.S3, 30);
    failIf(Fault.ABORT_FAILS);
    if (weather.strikes(Fault.ABORT_FORGETS_UPLOAD, 0.15)) {
      throw new StorageException(Kind.GONE, "NoSuchUpload, though it may be there");
    }
    world.oracle.aborts(storageUploadId);
    if (s3.upload(storageUploadId) == null) {
      weather.count(Fault.ABORT_SAYS_GONE);
    }
    s3.abort(key, storageUploadId);
    scheduler.yieldAt(Step.S3);
    failIf(Fault.ABORT_REPLY_LOST);
  }

  @Override
  public Optional<FoundObject> head(UploadSpec spec) {
    before(Step.S3, 30);
    failIf(Fault.HEAD_FAILS);
    Optional<FoundObject> found = Optional.ofNullable(s3.objects().get(spec.key()));
    scheduler.yieldAt(Step.S3);
    return found;
  }

  @Override
  public Optional<UploadId> ownerAt(String destination, String bucket, String key) {
    before(Step.S3, 30);
    failIf(Fault.HEAD_FAILS);
    Optional<UploadId> owner =
        Optional.ofNullable(s3.objects().get(key)).flatMap(FoundObject::uploadId);
    scheduler.yieldAt(Step.S3);
    return owner;
  }

  @Override
  public List<ListedUpload> listMultipartUploads(
      String destination, String bucket, String keyPrefix) {
    before(Step.S3, 30);
    failIf(Fault.LIST_UPLOADS_FAILS);
    List<ListedUpload> listed =
        s3.uploads().values().stream()
            .filter(upload -> upload.key.startsWith(keyPrefix))
            .map(upload -> upload.listed)
            .toList();
    scheduler.yieldAt(Step.S3);
    return listed;
  }

  @Override
  public boolean delete(UploadSpec spec, StoredObject object) {
    before(Step.BEFORE_DELETE, 30);
    failIf(Fault.DELETE_FAILS);
    s3.delete(spec, object);
    scheduler.yieldAt(Step.S3);
    failIf(Fault.DELETE_REPLY_LOST);
    return true;
  }

  @Override
  public byte[] readStart(UploadSpec spec, StoredObject object, int most) {
    before(Step.S3, 30);
    failIf(Fault.READ_FAILS);
    requireSame(spec, object);
    scheduler.yieldAt(Step.AFTER_READ);
    return s3.isLie(object.etag()) ? new byte[] {'M', 'Z'} : new byte[] {'o', 'k'};
  }

  @Override
  public void tag(UploadSpec spec, StoredObject object, String name, String value) {
    before(Step.S3, 30);
    failIf(Fault.TAG_FAILS);
    requireSame(spec, object);
    s3.tag(object.etag());
    scheduler.yieldAt(Step.AFTER_TAG);
    failIf(Fault.TAG_REPLY_LOST);
  }

  private void requireSame(UploadSpec spec, StoredObject object) {
    FoundObject found = s3.objects().get(spec.key());
    if (found == null || !found.object().etag().equals(object.etag())) {
      throw lost("another object is at the key by now");
    }
  }

  private void before(Step step, int mostSeconds) {
    scheduler.yieldAt(step);
    if (weather.strikes(Fault.S3_SLOW, 0.3)) {
      scheduler.pause(Duration.ofSeconds(1 + world.random.nextInt(mostSeconds)));
    }
  }

  private void failIf(Fault fault) {
    if (weather.strikes(fault)) {
      scheduler.trace("S3: " + fault.text);
      throw lost(fault.text);
    }
  }

  private static StorageException lost(String what) {
    return new StorageException(Kind.UNAVAILABLE, what);
  }

  /** A request that was sent and is done when nobody waits for it any more. */
  private Duration late() {
    return atMost(Duration.ofSeconds(MAX_LATE_SECONDS));
  }

  private Duration atMost(Duration most) {
    return Duration.ofSeconds(1 + world.random.nextLong(most.toSeconds()));
  }
}
