package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Hears that an object was created, and finds out from S3 whether that concerns an upload. Such a
 * word may come twice, late, out of order, forged or never (PROTOCOL row 25), so it only causes
 * what a caller's Complete would: the same verification, by S3 alone. Where nothing of ours can be
 * meant it costs one look into the database, if that.
 */
public final class ConfirmUpload {
  private static final System.Logger LOG = System.getLogger(ConfirmUpload.class.getName());

  private final UploadStore store;
  private final ObjectStore objects;
  private final Destinations destinations;
  private final CompleteUpload completions;

  public ConfirmUpload(
      UploadStore store,
      ObjectStore objects,
      Destinations destinations,
      CompleteUpload completions) {
    this.store = store;
    this.objects = objects;
    this.destinations = destinations;
    this.completions = completions;
  }

  /**
   * Blocks while the database, and S3 where it is asked, answer; holds no thread while the object
   * is put together. Never fails: what went wrong in passing is LATER.
   */
  public CompletionStage<Confirmation> execute(String bucket, String key) {
    try {
      Optional<Upload> upload = find(bucket, key);
      return upload.isEmpty() ? told(Confirmation.UNKNOWN) : reconcile(upload.get());
    } catch (RuntimeException e) {
      return told(meaning(e));
    }
  }

  private CompletionStage<Confirmation> reconcile(Upload upload) {
    return switch (upload.state()) {
      case COMPLETING -> complete(upload);
      case ACTIVE -> {
        if (!destinations.completesOnEvent(upload)) {
          yield told(Confirmation.NOTHING_TO_DO);
        }
        // Before anything is begun: what is not true is to leave no trace in the ledger.
        yield isThere(upload.spec()) ? complete(upload) : told(Confirmation.NOT_CONFIRMED);
      }
      case CREATING, COMPLETED, ABORTED, EXPIRED, FAILED -> told(Confirmation.NOTHING_TO_DO);
    };
  }

  private boolean isThere(UploadSpec spec) {
    return objects.head(spec).filter(found -> found.isOf(spec)).isPresent();
  }

  private CompletionStage<Confirmation> complete(Upload upload) {
    return completions
        .resume(upload)
        .handle((completed, failure) -> failure == null ? Confirmation.COMPLETED : meaning(failure))
        .thenApply(confirmation -> noted(upload, confirmation));
  }

  private static Confirmation noted(Upload upload, Confirmation confirmation) {
    LOG.log(Level.DEBUG, "S3 says of upload {0}: {1}", upload.id(), confirmation);
    return confirmation;
  }

  /** The session whose bucket and key these are, letter by letter. */
  private Optional<Upload> find(String bucket, String key) {
    List<Destination> meant =
        destinations.all().stream().filter(each -> each.bucket().equals(bucket)).toList();
    Optional<Upload> upload =
        find(bucket, key, meant.stream().flatMap(each -> each.keys().uploadIdIn(key).stream()));
    return upload.isPresent()
        ? upload
        : find(bucket, key, meant.stream().flatMap(each -> ownerAtExactKey(each, key).stream()));
  }

  private Optional<Upload> find(String bucket, String key, Stream<UploadId> ids) {
    return ids.distinct()
        .flatMap(id -> store.findOfAnyTenant(id).stream())
        .filter(upload -> isAt(upload, bucket, key))
        .findFirst();
  }

  private boolean isAt(Upload upload, String bucket, String key) {
    UploadSpec spec = upload.spec();
    return spec.bucket().equals(bucket)
        && spec.key().equals(key)
        && destinations.find(spec.destination()).isPresent();
  }

  /**
   * An exact key does not tell whose it is, but the object there does, if it is ours; so S3 is
   * asked for it, and no index of keys is kept for that.
   */
  private Optional<UploadId> ownerAtExactKey(Destination destination, String key) {
    return destination.keys().exact() && key.startsWith(destination.keys().prefix())
        ? objects.ownerAt(destination.name(), destination.bucket(), key)
        : Optional.empty();
  }

  private static CompletionStage<Confirmation> told(Confirmation confirmation) {
    return CompletableFuture.completedStage(confirmation);
  }

  private static Confirmation meaning(Throwable failure) {
    Throwable cause = Stages.causeOf(failure);
    if (cause instanceof StorageException storage) {
      cause = storage.toUploadException();
    }
    if (!(cause instanceof UploadException refusal)) {
      LOG.log(Level.ERROR, "confirming an upload", failure);
      return Confirmation.LATER;
    }
    if (refusal.reason() == Reason.UPLOAD_COMPLETING) {
      return Confirmation.UNDER_WAY;
    }
    return refusal.reason().mayPass() ? Confirmation.LATER : Confirmation.NOT_CONFIRMED;
  }
}
