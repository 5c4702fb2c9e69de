package io.waybill.server.upload;

import java.util.List;

/** One session with its progress. */
public final class GetUpload {
  /** How many runs of missing parts a reply names at the most. */
  public static final int MAX_MISSING_RANGES = 1_000;

  /** A session and the runs of parts that its ledger does not hold. */
  public record View(Upload upload, List<PartRanges.Range> missing) {}

  private final Sessions sessions;
  private final UploadStore store;

  public GetUpload(Sessions sessions, UploadStore store) {
    this.sessions = sessions;
    this.store = store;
  }

  public View execute(Caller caller, UploadId id) {
    return view(sessions.require(caller, id));
  }

  /** The same for a session that was read already. */
  public View view(Upload upload) {
    int partCount = upload.spec().plan().partCount();
    if (upload.state() == UploadState.COMPLETED || upload.uploadedParts() == partCount) {
      return new View(upload, List.of());
    }
    return new View(
        upload, PartRanges.missing(store.partNumbers(upload), partCount, MAX_MISSING_RANGES));
  }
}
