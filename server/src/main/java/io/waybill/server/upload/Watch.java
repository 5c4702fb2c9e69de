package io.waybill.server.upload;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** One watcher of one upload, and what it knows. There are thousands: no field without need. */
final class Watch {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final Map<String, String> EXPIRED = Map.of("problem", "expired");

  private final long number;
  private final UploadId id;
  private final Caller caller;
  private final Instant end;
  private final Watcher watcher;

  /** The revision that the watcher knows. */
  private long told;

  /** The revision read last; below {@link #told} where a server that has seen more told that. */
  private long seen;

  /**
   * @param told the revision that the watcher knows
   * @param end when it has lasted for as long as it may
   */
  Watch(Upload upload, Caller caller, Watcher watcher, long told, Instant end) {
    this.number = upload.number();
    this.id = upload.id();
    this.caller = caller;
    this.watcher = watcher;
    this.told = told;
    this.end = end;
  }

  /** The upload's number. */
  long number() {
    return number;
  }

  boolean isReady() {
    return watcher.isReady();
  }

  /** Whether the upload is another one than that which was read last. */
  boolean isBehind(long revision) {
    return revision != seen;
  }

  /**
   * Tells what is new, and ends with a terminal state, which is told in any case. What has the
   * number now may be another upload, even another tenant's: then this one is lost.
   */
  void show(Upload upload) {
    if (!upload.id().equals(id)) {
      lose();
      return;
    }
    seen = upload.revision();
    boolean terminal = upload.state().isTerminal();
    if (seen > told || terminal) {
      told = seen;
      watcher.tell(upload);
    }
    if (terminal) {
      watcher.end();
    }
  }

  /** Ends where the session is not there any more. */
  void lose() {
    watcher.fail(Sessions.unknown(id));
  }

  void fail(Throwable why) {
    watcher.fail(why);
  }

  /** Why it has to end by now, whatever becomes of the upload. */
  Optional<UploadException> overdue(Instant now) {
    if (!now.isBefore(caller.until())) {
      return Optional.of(
          new UploadException(
              Reason.UNAUTHENTICATED, "what the caller was known by has expired", EXPIRED));
    }
    return now.isBefore(end)
        ? Optional.empty()
        : Optional.of(
            new UploadException(Reason.WATCH_ENDED, "a watch lasts no longer: call again", Map.of())
                .retryAfter(RETRY_AFTER));
  }
}
