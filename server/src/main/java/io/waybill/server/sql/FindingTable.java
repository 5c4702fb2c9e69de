package io.waybill.server.sql;

import io.waybill.server.upload.StoreFeature;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** The SQL of what was found of destinations' stores: a row for each feature. */
final class FindingTable {
  private FindingTable() {}

  static Map<StoreFeature, Boolean> find(Handle handle, String destination, String configuration) {
    Map<StoreFeature, Boolean> found = new EnumMap<>(StoreFeature.class);
    handle
        .createQuery(
            """
            SELECT feature, present FROM store_finding
            WHERE destination = :destination AND configuration = :configuration
            """)
        .bind("destination", destination)
        .bind("configuration", configuration)
        .map((row, context) -> Map.entry(row.getString(1), row.getBoolean(2)))
        .list()
        .forEach(row -> feature(row.getKey()).ifPresent(known -> found.put(known, row.getValue())));
    return found;
  }

  /** Empty where a newer Waybill has written it. */
  private static Optional<StoreFeature> feature(String name) {
    return Arrays.stream(StoreFeature.values())
        .filter(each -> each.name().equals(name))
        .findFirst();
  }

  /** In one order, in which all replicas lock the rows. */
  static void put(
      Handle handle, String destination, String configuration, Map<StoreFeature, Boolean> found) {
    for (Map.Entry<StoreFeature, Boolean> each : new TreeMap<>(found).entrySet()) {
      handle
          .createUpdate(
              """
              INSERT INTO store_finding (destination, feature, configuration, present)
              VALUES (:destination, :feature, :configuration, :present)
              ON CONFLICT (destination, feature) DO UPDATE
              SET configuration = excluded.configuration, present = excluded.present
              """)
          .bind("destination", destination)
          .bind("feature", each.getKey().name())
          .bind("configuration", configuration)
          .bind("present", each.getValue())
          .execute();
    }
  }
}
