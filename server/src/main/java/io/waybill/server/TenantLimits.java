package io.waybill.server;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.PerTenant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Reads limits that every tenant has: a section {@code default}, and a section {@code tenants} with
 * one by each name. What a tenant's own leaves out is the default's.
 */
final class TenantLimits {
  private TenantLimits() {}

  /**
   * Reads both.
   *
   * @param unlimited what the default leaves out
   * @param one reads one section, given what it leaves out
   */
  static <L> PerTenant<L> read(
      ConfigSection section, L unlimited, BiFunction<ConfigSection, L, L> one) {
    ConfigSection defaults = section.section("default");
    L others = one.apply(defaults, unlimited);
    defaults.refuseUnknownKeys();
    Map<String, L> byTenant = new LinkedHashMap<>();
    ConfigSection tenants = section.section("tenants");
    tenants
        .sectionsByKey()
        .forEach(
            (tenant, own) -> {
              if (!Caller.isTenant(tenant)) {
                tenants.problem(tenant, "a tenant is " + Caller.TENANT_FORM);
              }
              byTenant.put(tenant, one.apply(own, others));
              own.refuseUnknownKeys();
            });
    section.refuseUnknownKeys();
    return new PerTenant<>(others, byTenant);
  }
}
