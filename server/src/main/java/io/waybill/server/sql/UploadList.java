package io.waybill.server.sql;

import io.waybill.server.upload.UploadStore.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * The SQL of listing: down the index of the tenant's ids, which sort by age, so that a page costs
 * what it passes over.
 */
final class UploadList {
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> values = new TreeMap<>();
  private final Query query;

  UploadList(Query query) {
    this.query = query;
    where("tenant = :tenant", "tenant", query.tenant());
    if (query.before() != null) {
      where("upload_id < :before", "before", query.before().toString());
    }
    if (query.destination() != null) {
      where("destination = :destination", "destination", query.destination());
    }
    if (query.keyPrefix() != null) {
      // Not LIKE, in which % and _ would mean something. Both engines count code points.
      where("substr(object_key, 1, :prefix_length) = :prefix", "prefix", query.keyPrefix());
      values.put("prefix_length", query.keyPrefix().codePointCount(0, query.keyPrefix().length()));
    }
    if (query.createdAfter() != null) {
      where("create_time >= :after_time", "after_time", query.createdAfter().toEpochMilli());
    }
    if (query.createdBefore() != null) {
      where("create_time < :before_time", "before_time", query.createdBefore().toEpochMilli());
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

  private void where(String condition, String name, Object value) {
    conditions.add(condition);
    values.put(name, value);
  }
}
