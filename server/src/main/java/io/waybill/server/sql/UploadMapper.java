package io.waybill.server.sql;

import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.Failure;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** A row of table upload as the domain has it; {@link UploadTable} writes what this reads. */
final class UploadMapper implements RowMapper<StoredUpload> {

  @Override
  public StoredUpload map(ResultSet row, StatementContext context) throws SQLException {
    return new StoredUpload(upload(row), row.getLong("folded_seq"));
  }

  private static Upload upload(ResultSet row) throws SQLException {
    return new Upload(
        row.getLong("upload_no"),
        spec(row),
        progress(row),
        Columns.time(row, "expire_time"),
        Columns.time(row, "url_end"),
        row.getInt("uploaded_parts"),
        row.getLong("uploaded_bytes"),
        Columns.time(row, "update_time"),
        row.getLong("revision"));
  }

  private static UploadSpec spec(ResultSet row) throws SQLException {
    return new UploadSpec(
        new UploadId(UUID.fromString(row.getString("upload_id"))),
        row.getString("tenant"),
        row.getString("request_id"),
        row.getString("request_digest"),
        row.getString("destination"),
        row.getString("bucket"),
        row.getString("object_key"),
        row.getString("filename"),
        row.getString("content_type"),
        UploadMode.valueOf(row.getString("mode")),
        new PartPlan(row.getLong("size_bytes"), row.getLong("part_size_bytes")),
        ChecksumAlgorithm.valueOf(row.getString("checksum_algorithm")),
        MetadataJson.read(row.getString("metadata")),
        row.getBoolean("overwrite"),
        Duration.ofMillis(row.getLong("session_ttl_millis")),
        Columns.time(row, "create_time"),
        Columns.time(row, "max_expire_time"));
  }

  private static Progress progress(ResultSet row) throws SQLException {
    return new Progress(
        UploadState.valueOf(row.getString("state")),
        row.getLong("fence"),
        Columns.timeOrNull(row, "lease_until"),
        row.getString("storage_upload_id"),
        Columns.timeOrNull(row, "unsettled_since"),
        Columns.timeOrNull(row, "clean_at"),
        Columns.timeOrNull(row, "complete_time"),
        object(row),
        failure(row));
  }

  private static @Nullable StoredObject object(ResultSet row) throws SQLException {
    String etag = row.getString("object_etag");
    return etag == null
        ? null
        : new StoredObject(
            etag,
            row.getString("object_version_id"),
            row.getLong("object_size_bytes"),
            Columns.checksum(row, "object_checksum"));
  }

  private static @Nullable Failure failure(ResultSet row) throws SQLException {
    String reason = row.getString("failure_reason");
    return reason == null
        ? null
        : new Failure(Reason.valueOf(reason), row.getString("failure_message"));
  }
}
