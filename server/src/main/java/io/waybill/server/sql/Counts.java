package io.waybill.server.sql;

import io.waybill.server.upload.Part;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** By how much a change of the ledger changes the counts of parts and bytes of its sessions. */
final class Counts {
  private final Map<Long, Delta> deltas = new HashMap<>();

  private record Delta(int parts, long bytes) {
    static final Delta NONE = new Delta(0, 0);

    Delta plus(Delta other) {
      return new Delta(parts + other.parts, bytes + other.bytes);
    }
  }

  /** Of parts that are about to be put. */
  static Counts ofPutting(Handle handle, Map<Long, Part> parts) {
    Counts counts = new Counts();
    Map<Long, Long> before = PartTable.sizes(handle, parts.keySet());
    parts.forEach(
        (key, part) -> {
          Long old = before.get(key);
          long bytes = part.sizeBytes();
          counts.add(key, old == null ? new Delta(1, bytes) : new Delta(0, bytes - old));
        });
    return counts;
  }

  /** Of parts that are about to be deleted. */
  static Counts ofDeleting(Handle handle, Collection<Long> keys) {
    Counts counts = new Counts();
    PartTable.sizes(handle, keys).forEach((key, bytes) -> counts.add(key, new Delta(-1, -bytes)));
    return counts;
  }

  /** By how many parts an upload's ledger grows. */
  int parts(long uploadNo) {
    return deltas.getOrDefault(uploadNo, Delta.NONE).parts;
  }

  /** By how many bytes. */
  long bytes(long uploadNo) {
    return deltas.getOrDefault(uploadNo, Delta.NONE).bytes;
  }

  boolean isEmpty() {
    return deltas.isEmpty();
  }

  private void add(long partKey, Delta delta) {
    deltas.merge(PartKey.uploadNo(partKey), delta, Delta::plus);
  }

  /** Adds to sessions whose revision has grown already. */
  void add(Handle handle) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE upload SET
              uploaded_parts = uploaded_parts + :parts, uploaded_bytes = uploaded_bytes + :bytes
            WHERE upload_no = :upload_no
            """);
    deltas.forEach((uploadNo, delta) -> bind(batch, uploadNo, delta).add());
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  /** Adds, and grows the revision of all the sessions named, whether their counts change or not. */
  void touchAndAdd(Handle handle, Collection<Long> uploadNos, Instant now) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE upload SET
              uploaded_parts = uploaded_parts + :parts, uploaded_bytes = uploaded_bytes + :bytes,
              update_time = CASE WHEN update_time < :now THEN :now ELSE update_time END,
              revision = revision + 1
            WHERE upload_no = :upload_no
            """);
    for (long uploadNo : uploadNos) {
      bind(batch, uploadNo, deltas.getOrDefault(uploadNo, Delta.NONE))
          .bind("now", now.toEpochMilli())
          .add();
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  private static PreparedBatch bind(PreparedBatch batch, long uploadNo, Delta delta) {
    return batch
        .bind("upload_no", uploadNo)
        .bind("parts", delta.parts())
        .bind("bytes", delta.bytes());
  }
}
