package io.waybill.server.sql;

import io.waybill.server.sql.Rows.UsageKey;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.TenantUsage;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.Usage;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/** The SQL of what tenants use of destinations; in the transactions that change the sessions. */
final class UsageTable {
  private UsageTable() {}

  static Usage of(Handle handle, String destination, String tenant) {
    return handle
        .createQuery(
            """
            SELECT open_sessions, reserved_bytes FROM tenant_usage
            WHERE destination = :destination AND tenant = :tenant
            """)
        .bind("destination", destination)
        .bind("tenant", tenant)
        .map((row, context) -> new Usage(row.getLong(1), row.getLong(2)))
        .findOne()
        .orElse(Usage.NONE);
  }

  /** All that is in use, by destination and tenant. */
  static List<TenantUsage> all(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT destination, tenant, open_sessions, reserved_bytes FROM tenant_usage
            WHERE open_sessions <> 0 OR reserved_bytes <> 0
            ORDER BY destination, tenant
            """)
        .map(
            (row, context) ->
                new TenantUsage(
                    row.getString(1), row.getString(2), new Usage(row.getLong(3), row.getLong(4))))
        .list();
  }

  /**
   * Takes what a session asks for, if the quota has room for it: in one write, since what was read
   * before it may be old by then.
   */
  static boolean take(Handle handle, UploadSpec spec, Usage asked, Quota quota) {
    if (takeIfThereIsRoom(handle, spec, asked, quota)) {
      return true;
    }
    var first =
        handle.createUpdate(
            """
            INSERT INTO tenant_usage (destination, tenant, open_sessions, reserved_bytes)
            VALUES (:destination, :tenant, 0, 0)
            ON CONFLICT (destination, tenant) DO NOTHING
            """);
    bind(first, spec);
    first.execute(); // or somebody else has, just now
    return takeIfThereIsRoom(handle, spec, asked, quota);
  }

  private static boolean takeIfThereIsRoom(
      Handle handle, UploadSpec spec, Usage asked, Quota quota) {
    var take =
        handle.createUpdate(
            """
            UPDATE tenant_usage SET
              open_sessions = open_sessions + :sessions, reserved_bytes = reserved_bytes + :bytes
            WHERE destination = :destination AND tenant = :tenant
              AND open_sessions <= :sessions_room AND reserved_bytes <= :bytes_room
            """);
    bind(take, spec);
    return take.bind("sessions", asked.openSessions())
            .bind("bytes", asked.reservedBytes())
            .bind("sessions_room", quota.openSessions() - asked.openSessions())
            .bind("bytes_room", quota.reservedBytes() - asked.reservedBytes())
            .execute()
        == 1;
  }

  /** Gives back all that these sessions use. */
  static void giveBack(Handle handle, Collection<Upload> gone) {
    Map<UsageKey, List<Upload>> byKey =
        gone.stream()
            .collect(
                Collectors.groupingBy(
                    upload -> UsageKey.of(upload.spec()), TreeMap::new, Collectors.toList()));
    byKey
        .values()
        .forEach(
            uploads -> {
              Usage sum = Usage.NONE;
              for (Upload upload : uploads) {
                sum = sum.plus(Usage.of(upload.spec(), upload.state()));
              }
              giveBack(handle, uploads.get(0).spec(), sum);
            });
  }

  /** Gives back, whatever the quota. */
  static void giveBack(Handle handle, UploadSpec spec, Usage less) {
    if (less.equals(Usage.NONE)) {
      return;
    }
    var giveBack =
        handle.createUpdate(
            """
            UPDATE tenant_usage SET
              open_sessions = open_sessions - :sessions, reserved_bytes = reserved_bytes - :bytes
            WHERE destination = :destination AND tenant = :tenant
            """);
    bind(giveBack, spec);
    giveBack.bind("sessions", less.openSessions()).bind("bytes", less.reservedBytes()).execute();
  }

  private static void bind(SqlStatement<?> statement, UploadSpec spec) {
    statement.bind("destination", spec.destination()).bind("tenant", spec.tenant());
  }
}
