package io.waybill.server.upload;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * S3, as far as Waybill needs it. Every call blocks until S3 has answered, and throws {@link
 * StorageException} with what is known of the outcome. None of them is retried where a repetition
 * could do harm (creating, completing). Thread-safe.
 *
 * <p>It needs s3:PutObject, s3:GetObject, s3:DeleteObject, s3:AbortMultipartUpload,
 * s3:ListMultipartUploadParts on the objects, s3:ListBucket and s3:ListBucketMultipartUploads on
 * the bucket; where the bucket keeps versions, s3:DeleteObjectVersion too, and for tags
 * s3:GetObjectTagging and s3:PutObjectTagging.
 */
public interface ObjectStore {

  /** A page of parts, ascending by number. */
  record PartPage(List<Part> parts, boolean hasMore) {}

  /**
   * An object that stands at a key.
   *
   * @param object what S3 says of it
   * @param uploadId the upload that its metadata names; empty where it is a stranger's
   */
  record FoundObject(StoredObject object, Optional<UploadId> uploadId) {
    /** The proof that an object is this upload's own (PROTOCOL rule 3). */
    public boolean isOf(UploadSpec spec) {
      return uploadId.filter(spec.id()::equals).isPresent();
    }
  }

  /**
   * A multipart upload that S3 lists.
   *
   * @param keys what its key may be, the likeliest first: stores encode keys in lists, or do not,
   *     and not all say which. Empty where the store names none
   * @param storageUploadId S3's upload id, by which alone an upload is known for sure
   * @param initiated null where the store does not say
   */
  record ListedUpload(List<String> keys, String storageUploadId, @Nullable Instant initiated) {
    public ListedUpload {
      keys = List.copyOf(keys);
    }

    public boolean mayBeAt(String key) {
      return keys.contains(key);
    }
  }

  /**
   * Creates a multipart upload with the content type, the metadata, the upload's own id and the
   * checksum algorithm.
   *
   * @return S3's upload id, never empty
   */
  String createMultipartUpload(UploadSpec spec);

  /**
   * Lists what S3 holds of a multipart upload.
   *
   * @param after the part number after which to begin, 0 for the first
   * @param most 1 to 1,000; a store may ignore it
   * @throws StorageException GONE where S3 does not know the upload
   */
  PartPage listParts(UploadSpec spec, String storageUploadId, int after, int most);

  /**
   * Puts the object together; refuses to replace one that stands there, unless the spec says so.
   *
   * @param manifest every part of the plan, ascending
   * @return what S3 answered; its size is the plan's, not S3's word
   */
  StoredObject completeMultipartUpload(
      UploadSpec spec, String storageUploadId, List<Part> manifest);

  /**
   * Drops a multipart upload and its parts.
   *
   * @throws StorageException GONE where S3 does not know it
   */
  void abortMultipartUpload(UploadSpec spec, String storageUploadId);

  /** What stands at the upload's key. */
  Optional<FoundObject> head(UploadSpec spec);

  /**
   * The upload that the object at a key names in its metadata; empty where there is no object, or
   * it is a stranger's.
   *
   * @param destination the destination's name
   */
  Optional<UploadId> ownerAt(String destination, String bucket, String key);

  /**
   * Lists all unfinished multipart uploads whose key begins so, and perhaps others.
   *
   * @param destination the destination's name
   * @throws StorageException where not all of the list can be read: then nothing is known of any
   */
  List<ListedUpload> listMultipartUploads(String destination, String bucket, String keyPrefix);

  /**
   * Whether S3 still has a multipart upload. Asked of the list of uploads: some stores list the
   * parts of one that is long gone.
   */
  default boolean isListed(UploadSpec spec, String storageUploadId) {
    return listMultipartUploads(spec.destination(), spec.bucket(), spec.key()).stream()
        .anyMatch(listed -> listed.storageUploadId().equals(storageUploadId));
  }

  /** Whether S3 lists at least one part of a multipart upload. */
  default boolean hasParts(UploadSpec spec, String storageUploadId) {
    try {
      return !listParts(spec, storageUploadId, 0, 1).parts().isEmpty();
    } catch (StorageException e) {
      if (e.kind() != StorageException.Kind.GONE) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Returns normally if an upload is gone: a request said so, and the list of uploads agrees, since
   * a single 404 may be wrong (PROTOCOL I10).
   *
   * @param said how the request ended
   * @throws StorageException what was said, where that is not GONE; UNAVAILABLE where the upload is
   *     listed
   */
  default void requireGone(UploadSpec spec, String storageUploadId, StorageException said) {
    if (said.kind() != StorageException.Kind.GONE) {
      throw said;
    }
    if (isListed(spec, storageUploadId)) {
      throw new StorageException(
          StorageException.Kind.UNAVAILABLE,
          "S3 lists an upload that it says it does not have",
          said);
    }
  }

  /**
   * Drops a multipart upload that no session knows.
   *
   * @param destination the destination's name
   * @param key one of the keys that the upload may be at
   * @throws StorageException GONE where S3 does not know it, or not at this key
   */
  void abortListedUpload(String destination, String bucket, String key, String storageUploadId);

  /**
   * Reads an object's first bytes.
   *
   * @param most 1 or more; fewer come only where the object has no more
   * @throws StorageException UNAVAILABLE where another object, or none, is at the key by now
   */
  byte[] readStart(UploadSpec spec, StoredObject object, int most);

  /** Sets one of an object's tags, and keeps its others. May be repeated. */
  void tag(UploadSpec spec, StoredObject object, String name, String value);

  /**
   * Deletes the object at the upload's key: by version id where there is one; else, where the key
   * carries the upload's id and so is nobody else's, whatever is there; else only if it still is
   * this one, on the condition of its ETag. S3's word alone: whether it is gone, {@link #head}
   * says.
   *
   * @return false where the store does not delete on that condition: the object stays
   * @throws StorageException EXISTS where it is another by now
   */
  boolean delete(UploadSpec spec, StoredObject object);
}
