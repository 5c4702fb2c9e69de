package io.waybill.server.upload;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A limit of each tenant.
 *
 * @param others what every tenant has that is not named
 * @param byTenant what those have that are
 */
public record PerTenant<L>(L others, Map<String, L> byTenant) {

  public PerTenant {
    byTenant = Map.copyOf(byTenant);
  }

  /** The same for each. */
  public static <L> PerTenant<L> all(L limit) {
    return new PerTenant<>(limit, Map.of());
  }

  public L of(String tenant) {
    return byTenant.getOrDefault(tenant, others);
  }

  /** A part of each limit. */
  public <M> PerTenant<M> map(Function<L, M> part) {
    return new PerTenant<>(
        part.apply(others),
        byTenant.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, own -> part.apply(own.getValue()))));
  }
}
