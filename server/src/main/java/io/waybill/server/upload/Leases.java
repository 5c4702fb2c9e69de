package io.waybill.server.upload;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases that this server holds on completions (PROTOCOL rule 4). They are short and renewed
 * while the work goes on: S3 may take minutes, and where a server dies, another takes over soon.
 */
public final class Leases {
  private final UploadStore store;
  private final Clock clock;
  private final Timing timing;
  private final Map<UploadId, Upload> held = new ConcurrentHashMap<>();

  public Leases(UploadStore store, Clock clock, Timing timing) {
    this.store = store;
    this.clock = clock;
    this.timing = timing;
  }

  /** From now on this session's is renewed, as long as its fence is this one. */
  void hold(Upload upload) {
    held.put(upload.id(), upload);
  }

  void letGo(UploadId id) {
    held.remove(id);
  }

  /** Renews all; to be called several times within a lease. */
  public void renew() {
    if (!held.isEmpty()) {
      store.renewLeases(held.values(), clock.instant().plus(timing.completeLease()));
    }
  }
}
