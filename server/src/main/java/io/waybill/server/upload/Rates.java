package io.waybill.server.upload;

import java.util.Map;

/**
 * A rate for each tenant.
 *
 * @param others what every tenant has that is not named
 * @param byTenant what those have that are
 */
public record Rates(Rate others, Map<String, Rate> byTenant) {
  public static final Rates UNLIMITED = new Rates(Rate.UNLIMITED, Map.of());

  public Rates {
    byTenant = Map.copyOf(byTenant);
  }

  public Rate of(String tenant) {
    return byTenant.getOrDefault(tenant, others);
  }
}
