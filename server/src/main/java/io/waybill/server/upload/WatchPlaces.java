package io.waybill.server.upload;

import java.util.HashMap;
import java.util.Map;

/** How many watch now, so that there is an end to it, and room for more than one tenant. */
final class WatchPlaces {
  private static final String QUEUE = "watches";

  private final int most;
  private final int mostPerTenant;
  private final Map<String, Integer> byTenant = new HashMap<>();
  private int taken;

  WatchPlaces(WatchLimits limits) {
    this.most = limits.most();
    this.mostPerTenant = limits.mostPerTenant();
  }

  /**
   * Takes a place.
   *
   * @throws UploadException OVERLOADED where there is none, of all or of the tenant's
   */
  synchronized void take(String tenant) {
    int ofTenant = byTenant.getOrDefault(tenant, 0);
    if (taken >= most || ofTenant >= mostPerTenant) {
      throw UploadException.overloaded(QUEUE);
    }
    taken++;
    byTenant.put(tenant, ofTenant + 1);
  }

  synchronized void giveBack(String tenant) {
    taken--;
    byTenant.computeIfPresent(tenant, (same, count) -> count == 1 ? null : count - 1);
  }

  synchronized int taken() {
    return taken;
  }
}
