package io.waybill.server.sql;

import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadStore.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of listing: down the index of the tenant's ids, which sort by age, so that a page costs
 * what it passes over. How much that may be, who asks says by {@link Query#downTo}.
 */
final class UploadList {
  private static final String BEYOND_EVERY_ID = "g";

  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> values = new TreeMap<>();
  private final Query query;

  UploadList(Query query) {
    this.query = query;
    where("tenant = :tenant", "tenant", query.tenant());
    if (query.before() != null) {
      where("upload_id < :before", "before", query.before().toString());
    }
    if (query.downTo() != null) {
      where("upload_id >= :down_to", "down_to", query.downTo().toString());
    }
    if (query.destination() != null) {
      where("destination = :destination", "destination", query.destination());
    }
    if (query.keyPrefix() != null) {
      // Not LIKE, in which % and _ would mean something. Both engines count code points.
      where("substr(object_key, 1, :prefix_length) = :prefix", "prefix", query.keyPrefix());
      values.put("prefix_length", query.keyPrefix().codePointCount(0, query.keyPrefix().length()));
    }
    if (!query.states().isEmpty()) {
      conditions.add("state IN (<states>)");
    }
  }

  String sql() {
    return "SELECT * FROM upload WHERE "
        + String.join(" AND ", conditions)
        + " ORDER BY upload_id DESC LIMIT :most";
  }

  List<StoredUpload> run(Handle handle) {
    var select = handle.createQuery(sql()).bindMap(values).bind("most", query.most());
    if (!query.states().isEmpty()) {
      select.bindList("states", query.states().stream().map(Enum::name).sorted().toList());
    }
    return select.mapTo(StoredUpload.class).list();
  }

  /** {@link io.waybill.server.upload.UploadStore#last}, of the index alone. */
  static Optional<UploadId> last(
      Handle handle, String tenant, @Nullable UploadId before, int count) {
    return handle
        .createQuery(
            """
            SELECT upload_id FROM upload WHERE tenant = :tenant AND upload_id < :before
            ORDER BY upload_id DESC LIMIT 1 OFFSET :count
            """)
        .bind("tenant", tenant)
        .bind("before", before == null ? BEYOND_EVERY_ID : before.toString())
        .bind("count", count - 1)
        .mapTo(String.class)
        .findOne()
        .flatMap(UploadId::parse);
  }

  private void where(String condition, String name, Object value) {
    conditions.add(condition);
    values.put(name, value);
  }
}
