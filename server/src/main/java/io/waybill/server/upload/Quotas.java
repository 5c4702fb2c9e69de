package io.waybill.server.upload;

import java.util.Map;

/**
 * The quotas of one destination.
 *
 * @param others what every tenant has that is not named
 * @param byTenant what those have that are
 */
public record Quotas(Quota others, Map<String, Quota> byTenant) {
  public static final Quotas UNLIMITED = new Quotas(Quota.UNLIMITED, Map.of());

  public Quotas {
    byTenant = Map.copyOf(byTenant);
  }

  public Quota of(String tenant) {
    return byTenant.getOrDefault(tenant, others);
  }
}
