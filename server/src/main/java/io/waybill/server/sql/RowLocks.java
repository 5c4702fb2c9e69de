package io.waybill.server.sql;

import io.waybill.server.sql.Rows.UsageKey;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;

/**
 * Locks the rows of a whole batch in the order that all replicas share: sessions by number, then
 * what is in use by destination and tenant. Two batches that locked as their writes come would wait
 * for each other, and PostgreSQL looks for such a pair only after a second.
 */
final class RowLocks {
  private final SortedSet<Long> uploads = new TreeSet<>();
  private final SortedSet<UsageKey> usages = new TreeSet<>();

  void add(Rows rows) {
    uploads.addAll(rows.uploads());
    usages.addAll(rows.usages());
  }

  /** Waits for whoever has one of them. */
  void take(Handle handle) {
    if (!uploads.isEmpty()) {
      lockUploads(handle, uploads);
    }
    if (!usages.isEmpty()) {
      lockUsages(handle, usages);
    }
  }

  private static void lockUploads(Handle handle, Collection<Long> numbers) {
    var lock =
        handle.createQuery(
            """
            SELECT upload_no FROM upload WHERE upload_no <in> (<numbers>)
            ORDER BY upload_no <for_update>
            """);
    InList.bind(lock, "numbers", numbers).mapTo(Long.class).list();
  }

  /** Those of a tenant's first session are not there yet; its start makes them. */
  private static void lockUsages(Handle handle, Collection<UsageKey> keys) {
    handle
        .createQuery(
            """
            SELECT destination FROM tenant_usage
            WHERE (destination, tenant) IN (
              SELECT * FROM unnest(CAST(:destinations AS TEXT[]), CAST(:tenants AS TEXT[])))
            ORDER BY destination, tenant <for_update>
            """)
        .bind("destinations", SqlArray.ofTexts(keys.stream().map(UsageKey::destination).toList()))
        .bind("tenants", SqlArray.ofTexts(keys.stream().map(UsageKey::tenant).toList()))
        .mapTo(String.class)
        .list();
  }
}
