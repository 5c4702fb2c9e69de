package io.waybill.server;

import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;

/** Reads {@code quotas} of a destination. */
final class QuotasConfig {
  private QuotasConfig() {}

  static PerTenant<Quota> read(ConfigSection section) {
    return TenantLimits.read(section, Quota.UNLIMITED, QuotasConfig::quota);
  }

  private static Quota quota(ConfigSection section, Quota otherwise) {
    return new Quota(
        section.limit("open_sessions", otherwise.openSessions(), Units::parseCount),
        section.limit("reserved_bytes", otherwise.reservedBytes(), Units::parseBytes));
  }
}
