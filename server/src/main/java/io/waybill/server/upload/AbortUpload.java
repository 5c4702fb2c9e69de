package io.waybill.server.upload;

import java.time.Clock;

/** Gives an upload up and frees what S3 stored of it. */
public final class AbortUpload {
  private final Sessions sessions;
  private final UploadStore store;
  private final StorageCleaning cleaning;
  private final Clock clock;

  public AbortUpload(Sessions sessions, UploadStore store, StorageCleaning cleaning, Clock clock) {
    this.sessions = sessions;
    this.store = store;
    this.cleaning = cleaning;
    this.clock = clock;
  }

  /** Blocks while S3 aborts. Where S3 does not answer, the sweeper goes on. */
  public Upload execute(Caller caller, UploadId id) {
    while (true) {
      Upload upload = sessions.require(caller, id);
      if (upload.state().isDead()) {
        return upload;
      }
      if (upload.state() != UploadState.ACTIVE) {
        throw sessions.refusal(upload);
      }
      Progress aborted = upload.progress().aborted(clock.instant());
      if (store.replace(upload, aborted)) {
        // As it is by now: a SignParts that was quicker may have moved the end of the latest URL.
        cleaning.clean(sessions.reread(upload));
        return sessions.reread(upload);
      }
    }
  }
}
