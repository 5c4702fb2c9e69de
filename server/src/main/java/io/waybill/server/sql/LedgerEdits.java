package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import io.waybill.server.upload.Upload;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/** Changes of one session's ledger that are no reports, and what they change of its counts. */
final class LedgerEdits {
  private LedgerEdits() {}

  static Counts delete(Handle handle, Upload upload, Collection<Integer> partNumbers) {
    List<Long> keys = PartTable.keys(upload.number(), partNumbers);
    Counts counts = Counts.ofDeleting(handle, keys);
    PartTable.delete(handle, keys);
    return counts;
  }

  static Counts put(Handle handle, Upload upload, Collection<Part> parts) {
    Map<Long, Part> byKey = new TreeMap<>();
    parts.forEach(part -> byKey.put(PartKey.of(upload.number(), part.number()), part));
    Counts counts = Counts.ofPutting(handle, byKey);
    PartTable.put(handle, byKey);
    return counts;
  }
}
