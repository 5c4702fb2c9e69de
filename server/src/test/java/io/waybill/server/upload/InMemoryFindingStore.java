package io.waybill.server.upload;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** {@link FindingStore} in memory. */
public final class InMemoryFindingStore implements FindingStore {
  private record Finding(String configuration, boolean present) {}

  private final Map<String, Map<StoreFeature, Finding>> byDestination = new HashMap<>();

  @Override
  public synchronized Map<StoreFeature, Boolean> loadFindings(
      String destination, String configuration) {
    Map<StoreFeature, Boolean> found = new EnumMap<>(StoreFeature.class);
    byDestination
        .getOrDefault(destination, Map.of())
        .forEach(
            (feature, finding) -> {
              if (finding.configuration().equals(configuration)) {
                found.put(feature, finding.present());
              }
            });
    return found;
  }

  @Override
  public synchronized void saveFindings(
      String destination, String configuration, Map<StoreFeature, Boolean> found) {
    Map<StoreFeature, Finding> all =
        byDestination.computeIfAbsent(destination, name -> new EnumMap<>(StoreFeature.class));
    found.forEach((feature, present) -> all.put(feature, new Finding(configuration, present)));
  }
}
