package io.waybill.server.upload;

/**
 * Tells a watcher how an upload stands, and then of every change until nothing changes any more.
 */
public final class WatchUpload {
  private final Sessions sessions;
  private final Watches watches;
  private final WatchPlaces places;

  public WatchUpload(Sessions sessions, Watches watches, WatchLimits limits) {
    this.sessions = sessions;
    this.watches = watches;
    this.places = new WatchPlaces(limits);
  }

  /**
   * Begins; what is told later is told by {@link Watches#look}.
   *
   * @param afterRevision what the watcher knows already; 0 for nothing. How a terminal session
   *     stands is told whether it is known or not
   * @param watcher to be failed with what this throws, which gives its place back
   * @throws UploadException UPLOAD_NOT_FOUND, or OVERLOADED where too many watch
   */
  public void execute(Caller caller, UploadId id, long afterRevision, Watcher watcher) {
    places.take(caller.tenant());
    var unused = watcher.gone().thenRun(() -> places.giveBack(caller.tenant()));
    watches.follow(sessions.require(caller, id), afterRevision, caller, watcher);
  }

  /** How many watch now. */
  public int watching() {
    return places.taken();
  }
}
