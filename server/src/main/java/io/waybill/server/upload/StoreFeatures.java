package io.waybill.server.upload;

import java.util.EnumMap;
import java.util.Map;

/**
 * What is known of a destination's store. What is not known is never relied on.
 *
 * @param found whether it has the feature; without an entry that is not known
 * @param checked whether the start-up checks look for what is not known yet
 */
public record StoreFeatures(Map<StoreFeature, Boolean> found, boolean checked) {
  public StoreFeatures {
    found = Map.copyOf(found);
  }

  /** Nothing is known yet. */
  public static StoreFeatures unknown(boolean checked) {
    return new StoreFeatures(Map.of(), checked);
  }

  public boolean has(StoreFeature feature) {
    return found.getOrDefault(feature, false);
  }

  /** Whether it is known not to have it. */
  public boolean lacks(StoreFeature feature) {
    return !found.getOrDefault(feature, true);
  }

  /** The same with what was found since, which replaces what was known of the same features. */
  StoreFeatures with(Map<StoreFeature, Boolean> newer) {
    Map<StoreFeature, Boolean> all = new EnumMap<>(StoreFeature.class);
    all.putAll(found);
    all.putAll(newer);
    return new StoreFeatures(all, checked);
  }
}
