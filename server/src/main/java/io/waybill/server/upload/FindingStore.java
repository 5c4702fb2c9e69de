package io.waybill.server.upload;

import java.util.Map;

/**
 * Remembers what was found of each destination's store, so that a server that starts, and every
 * other replica, knows it before its own check has passed. Thread-safe; both calls block while the
 * database answers, and throw {@link UploadException} STORE_UNAVAILABLE where it does not.
 */
public interface FindingStore {

  /**
   * What was found with this configuration. What was found with another one does not count: it may
   * have been another store.
   *
   * @param destination the destination's name
   * @param configuration all of its configuration that leads to the store, letter by letter
   */
  Map<StoreFeature, Boolean> loadFindings(String destination, String configuration);

  /** Replaces what was found of these features, with whatever configuration. */
  void saveFindings(String destination, String configuration, Map<StoreFeature, Boolean> found);
}
