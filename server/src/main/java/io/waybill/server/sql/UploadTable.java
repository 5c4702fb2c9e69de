package io.waybill.server.sql;

import io.waybill.server.upload.Failure;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of the sessions.
 *
 * <p>{@code due_at} is derived from what is beside it, so that the sweeper has one index to read:
 * the end of an ACTIVE session; the end of the lease on a CREATING or COMPLETING one, or the time
 * when it was let go; {@code clean_at} of a dead one; null of a COMPLETED one.
 *
 * <p>What was seen is found by its number, and is it only if the id is the same: a PostgreSQL that
 * lost the tail of its log in a failover gives the numbers of that tail again, maybe to another
 * tenant's sessions (I7).
 */
final class UploadTable {
  private UploadTable() {}

  /** Adds a session unless its request id is taken. */
  static boolean insert(
      Handle handle, UploadSpec spec, Progress progress, Instant expireTime, Instant now) {
    var insert =
        handle.createUpdate(
            """
            INSERT INTO upload (
              upload_id, tenant, request_id, request_digest, destination, bucket, object_key,
              filename, content_type, mode, size_bytes, part_size_bytes, checksum_algorithm,
              metadata, overwrite, session_ttl_millis, create_time, max_expire_time,
              state, fence, lease_until, storage_upload_id, unsettled_since, clean_at,
              complete_time, object_etag, object_version_id, object_size_bytes, object_checksum,
              failure_reason, failure_message,
              expire_time, url_end, uploaded_parts, uploaded_bytes, update_time, revision, due_at)
            VALUES (
              :upload_id, :tenant, :request_id, :request_digest, :destination, :bucket, :object_key,
              :filename, :content_type, :mode, :size_bytes, :part_size_bytes, :checksum_algorithm,
              :metadata, :overwrite, :session_ttl_millis, :create_time, :max_expire_time,
              :state, :fence, :lease_until, :storage_upload_id, :unsettled_since, :clean_at,
              :complete_time, :object_etag, :object_version_id, :object_size_bytes,
              :object_checksum, :failure_reason, :failure_message,
              :expire_time, :create_time, 0, 0, :now, 1,
              CASE :state WHEN 'ACTIVE' THEN :expire_time ELSE :due_at END)
            ON CONFLICT (tenant, request_id) DO NOTHING
            """);
    bind(insert, spec);
    bind(insert, progress, now);
    return insert.bind("expire_time", expireTime.toEpochMilli()).execute() == 1;
  }

  static Optional<StoredUpload> byId(Handle handle, String tenant, UploadId id) {
    return handle
        .createQuery("SELECT * FROM upload WHERE upload_id = :upload_id AND tenant = :tenant")
        .bind("upload_id", id.toString())
        .bind("tenant", tenant)
        .mapTo(StoredUpload.class)
        .findOne();
  }

  /** Of any tenant: for the sweeper alone. */
  static Optional<StoredUpload> byId(Handle handle, UploadId id) {
    return handle
        .createQuery("SELECT * FROM upload WHERE upload_id = :upload_id")
        .bind("upload_id", id.toString())
        .mapTo(StoredUpload.class)
        .findOne();
  }

  static Optional<StoredUpload> byRequestId(Handle handle, String tenant, String requestId) {
    return handle
        .createQuery("SELECT * FROM upload WHERE tenant = :tenant AND request_id = :request_id")
        .bind("tenant", tenant)
        .bind("request_id", requestId)
        .mapTo(StoredUpload.class)
        .findOne();
  }

  static List<StoredUpload> byNumbers(Handle handle, Collection<Long> numbers) {
    var select = handle.createQuery("SELECT * FROM upload WHERE upload_no <in> (<numbers>)");
    return InList.bind(select, "numbers", numbers).mapTo(StoredUpload.class).list();
  }

  /** Sets a session's progress if its state and fence are still those seen. */
  static boolean replace(
      Handle handle, Upload seen, Progress next, Instant now, boolean ifNotExtended) {
    var update =
        handle.createUpdate(
            """
            UPDATE upload SET
              state = :state, fence = :fence, lease_until = :lease_until,
              storage_upload_id = :storage_upload_id, unsettled_since = :unsettled_since,
              clean_at = :clean_at, complete_time = :complete_time, object_etag = :object_etag,
              object_version_id = :object_version_id, object_size_bytes = :object_size_bytes,
              object_checksum = :object_checksum, failure_reason = :failure_reason,
              failure_message = :failure_message,
              due_at = CASE :state WHEN 'ACTIVE' THEN expire_time ELSE :due_at END,
              update_time = CASE WHEN update_time < :now THEN :now ELSE update_time END,
              revision = revision + 1
            WHERE upload_no = :upload_no AND upload_id = :upload_id
              AND state = :seen_state AND fence = :seen_fence
            """
                + (ifNotExtended
                    ? "AND expire_time = :seen_expire_time AND url_end = :seen_url_end"
                    : ""));
    bind(update, next, now);
    bindSeen(update, seen);
    if (ifNotExtended) {
      update
          .bind("seen_expire_time", seen.expireTime().toEpochMilli())
          .bind("seen_url_end", seen.urlEnd().toEpochMilli());
    }
    return update.execute() == 1;
  }

  static void renewLeases(Handle handle, Collection<Upload> seen, Instant until) {
    PreparedBatch renew =
        handle.prepareBatch(
            """
            UPDATE upload SET lease_until = :until, due_at = :until
            WHERE upload_no = :upload_no AND upload_id = :upload_id
              AND state = 'COMPLETING' AND fence = :fence AND lease_until < :until
            """);
    for (Upload each : seen) {
      renew
          .bind("upload_no", each.number())
          .bind("upload_id", each.id().toString())
          .bind("fence", each.progress().fence())
          .bind("until", until.toEpochMilli())
          .add();
    }
    if (!seen.isEmpty()) {
      renew.execute();
    }
  }

  /** Ends every lease, and leaves the fences: who held one loses its patience, not its work. */
  static int releaseLeases(Handle handle, Instant now) {
    return handle
        .createUpdate(
            """
            UPDATE upload SET lease_until = NULL, due_at = :now,
              update_time = CASE WHEN update_time < :now THEN :now ELSE update_time END,
              revision = revision + 1
            WHERE due_at IS NOT NULL AND state IN ('CREATING', 'COMPLETING')
              AND lease_until IS NOT NULL
            """)
        .bind("now", now.toEpochMilli())
        .execute();
  }

  /** Those whose state and fence are still those seen; returns these. */
  static List<Upload> delete(Handle handle, Collection<Upload> seen) {
    List<Upload> deleted = new ArrayList<>();
    PreparedBatch delete =
        handle.prepareBatch(
            """
            DELETE FROM upload WHERE upload_no = :upload_no AND upload_id = :upload_id
              AND state = :seen_state AND fence = :seen_fence
            """);
    for (Upload each : seen) {
      bindSeen(delete, each);
      delete.add();
    }
    int[] rows = seen.isEmpty() ? new int[0] : delete.execute();
    int i = 0;
    for (Upload each : seen) {
      if (rows[i++] == 1) {
        deleted.add(each);
      }
    }
    return deleted;
  }

  static boolean isActive(Handle handle, Upload seen) {
    return handle
        .createQuery(
            """
            SELECT state FROM upload
            WHERE upload_no = :upload_no AND upload_id = :upload_id <for_update>
            """)
        .bind("upload_no", seen.number())
        .bind("upload_id", seen.id().toString())
        .mapTo(String.class)
        .findOne()
        .filter(UploadState.ACTIVE.name()::equals)
        .isPresent();
  }

  static List<StoredUpload> due(Handle handle, Instant now, Set<UploadState> states, int most) {
    return handle
        .createQuery(
            """
            SELECT * FROM upload
            WHERE due_at IS NOT NULL AND due_at <= :now AND state IN (<states>)
            ORDER BY due_at, upload_no LIMIT :most
            """)
        .bindList("states", states.stream().map(Enum::name).sorted().toList())
        .bind("now", now.toEpochMilli())
        .bind("most", most)
        .mapTo(StoredUpload.class)
        .list();
  }

  static List<StoredUpload> expired(Handle handle, Instant now, @Nullable Upload after, int most) {
    return handle
        .createQuery(
            """
            SELECT * FROM upload
            WHERE due_at IS NOT NULL AND due_at <= :now AND state = 'ACTIVE'
              AND (due_at, upload_no) > (:after_due_at, :after)
            ORDER BY due_at, upload_no LIMIT :most
            """)
        .bind("now", now.toEpochMilli())
        .bind("after_due_at", after == null ? -1 : after.expireTime().toEpochMilli())
        .bind("after", after == null ? -1 : after.number())
        .bind("most", most)
        .mapTo(StoredUpload.class)
        .list();
  }

  /** By number, so by age, but for what two replicas do at once. */
  static List<StoredUpload> oldest(Handle handle, long after, int most) {
    return handle
        .createQuery("SELECT * FROM upload WHERE upload_no > :after ORDER BY upload_no LIMIT :most")
        .bind("after", after)
        .bind("most", most)
        .mapTo(StoredUpload.class)
        .list();
  }

  private static void bindSeen(SqlStatement<?> statement, Upload seen) {
    statement
        .bind("upload_no", seen.number())
        .bind("upload_id", seen.id().toString())
        .bind("seen_state", seen.state().name())
        .bind("seen_fence", seen.progress().fence());
  }

  private static void bind(SqlStatement<?> statement, UploadSpec spec) {
    statement
        .bind("upload_id", spec.id().toString())
        .bind("tenant", spec.tenant())
        .bind("request_id", spec.requestId())
        .bind("request_digest", spec.requestDigest())
        .bind("destination", spec.destination())
        .bind("bucket", spec.bucket())
        .bind("object_key", spec.key())
        .bind("filename", spec.filename())
        .bind("content_type", spec.contentType())
        .bind("mode", spec.mode().name())
        .bind("size_bytes", spec.plan().sizeBytes())
        .bind("part_size_bytes", spec.plan().partSizeBytes())
        .bind("checksum_algorithm", spec.algorithm().name())
        .bind("metadata", MetadataJson.write(spec.metadata()))
        .bind("overwrite", spec.overwrite())
        .bind("session_ttl_millis", spec.sessionTtl().toMillis())
        .bind("create_time", spec.createTime().toEpochMilli())
        .bind("max_expire_time", spec.maxExpireTime().toEpochMilli());
  }

  private static void bind(SqlStatement<?> statement, Progress progress, Instant now) {
    StoredObject object = progress.object();
    Failure failure = progress.failure();
    statement
        .bind("state", progress.state().name())
        .bind("fence", progress.fence())
        .bind("lease_until", Columns.millis(progress.leaseUntil()))
        .bind("storage_upload_id", progress.storageUploadId())
        .bind("unsettled_since", Columns.millis(progress.unsettledSince()))
        .bind("clean_at", Columns.millis(progress.cleanAt()))
        .bind("complete_time", Columns.millis(progress.completeTime()))
        .bind("object_etag", object == null ? null : object.etag())
        .bind("object_version_id", object == null ? null : object.versionId())
        .bind("object_size_bytes", object == null ? null : (Long) object.sizeBytes())
        .bind("object_checksum", object == null ? null : Columns.bytes(object.checksum()))
        .bind("failure_reason", failure == null ? null : failure.reason().name())
        .bind("failure_message", failure == null ? null : failure.message())
        .bind("now", now.toEpochMilli())
        .bind("due_at", Columns.millis(dueAt(progress, now)));
  }

  /** Of any state but ACTIVE, where the column {@code expire_time} decides. */
  private static @Nullable Instant dueAt(Progress progress, Instant now) {
    return switch (progress.state()) {
      case CREATING, COMPLETING -> progress.leaseUntil() == null ? now : progress.leaseUntil();
      case ABORTED, EXPIRED, FAILED -> progress.cleanAt();
      case ACTIVE, COMPLETED -> null;
    };
  }
}
