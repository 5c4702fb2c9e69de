package io.waybill.server.upload;

import java.util.List;
import java.util.Map;

/** An upload's parts, as they were reported or as S3 lists them. */
public final class ListParts {

  /** A page, and the part number that the next page begins after; 0 on the last one. */
  public record Page(Upload upload, List<Part> parts, int next) {}

  private final Sessions sessions;
  private final UploadStore store;
  private final ObjectStore objects;

  public ListParts(Sessions sessions, UploadStore store, ObjectStore objects) {
    this.sessions = sessions;
    this.store = store;
    this.objects = objects;
  }

  /** What the ledger holds. */
  public Page fromLedger(Caller caller, UploadId id, int after, int pageSize) {
    Upload upload = sessions.require(caller, id);
    List<Part> found = store.parts(upload, after, pageSize + 1);
    return page(upload, found, found.size() > pageSize, pageSize);
  }

  /** What S3 holds of the multipart upload; blocks while S3 answers. */
  public Page fromStorage(Caller caller, UploadId id, int after, int pageSize) {
    Upload upload = sessions.require(caller, id);
    if (upload.state() == UploadState.CREATING) {
      throw sessions.refusal(upload);
    }
    String storageUploadId = upload.progress().storageUploadId();
    if (storageUploadId.isEmpty()) {
      throw gone(upload, "a single PUT has no multipart upload to list");
    }
    try {
      ObjectStore.PartPage found =
          objects.listParts(upload.spec(), storageUploadId, after, pageSize);
      return page(upload, found.parts(), found.hasMore(), pageSize);
    } catch (StorageException e) {
      throw goneOr(upload, e);
    }
  }

  private static Page page(Upload upload, List<Part> found, boolean more, int pageSize) {
    List<Part> parts = found.size() > pageSize ? found.subList(0, pageSize) : found;
    boolean last = parts.isEmpty() || !(more || found.size() > pageSize);
    return new Page(upload, parts, last ? 0 : parts.get(parts.size() - 1).number());
  }

  private UploadException goneOr(Upload upload, StorageException said) {
    try {
      objects.requireGone(upload.spec(), upload.progress().storageUploadId(), said);
      return gone(upload, "S3 has no such multipart upload (any more)");
    } catch (StorageException e) {
      return e.toUploadException();
    }
  }

  private static UploadException gone(Upload upload, String message) {
    return new UploadException(
        Reason.STORAGE_UPLOAD_GONE, message, Map.of("upload_id", upload.id().toString()));
  }
}
