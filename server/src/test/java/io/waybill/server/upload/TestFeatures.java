package io.waybill.server.upload;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is known of stores, for tests. */
public final class TestFeatures {
  /** Amazon's has them all. */
  public static final Map<StoreFeature, Boolean> ALL =
      Arrays.stream(StoreFeature.values())
          .collect(Collectors.toUnmodifiableMap(Function.identity(), any -> true));

  /** A store that is known to be as Amazon's. */
  public static final StoreFeatures AWS = new StoreFeatures(ALL, true);

  private TestFeatures() {}
}
