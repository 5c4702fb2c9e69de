package io.waybill.server.sql;

import io.waybill.server.upload.UploadState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Many ledger writes as one: reads the sessions they touch, decides in memory in their order, and
 * hands the reports on. Few statements, however many writes there are.
 */
final class LedgerBatch {
  private final ReportTarget target;
  private final Clock clock;

  LedgerBatch(ReportTarget target, Clock clock) {
    this.target = target;
    this.clock = clock;
  }

  /** Whether each was applied: false where its session was not there, not ACTIVE or had expired. */
  List<Boolean> run(Handle handle, List<LedgerWrite> writes) {
    Map<Long, Session> sessions = sessions(handle, writes);
    List<LedgerWrite> reports = new ArrayList<>(writes.size());
    List<Boolean> answers = new ArrayList<>(writes.size());
    for (LedgerWrite write : writes) {
      Session session = sessions.get(write.uploadNo());
      boolean applied = session != null && session.apply(write);
      if (applied && write.part() != null) {
        reports.add(write);
      }
      answers.add(applied);
    }
    if (!reports.isEmpty()) {
      target.append(handle, reports);
    }
    extend(handle, sessions.values(), clock.instant());
    return answers;
  }

  private static Map<Long, Session> sessions(Handle handle, List<LedgerWrite> writes) {
    Map<Long, Session> sessions = new HashMap<>();
    var select =
        handle.createQuery(
            """
            SELECT upload_no, upload_id, state, expire_time, url_end FROM upload
            WHERE upload_no <in> (<numbers>) ORDER BY upload_no <for_update>
            """);
    InList.bind(select, "numbers", writes.stream().map(LedgerWrite::uploadNo).distinct().toList())
        .map((row, context) -> new Session(row))
        .forEach(session -> sessions.put(session.uploadNo, session));
    return sessions;
  }

  private static void extend(Handle handle, Collection<Session> sessions, Instant now) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            UPDATE upload SET
              expire_time = :expire_time, due_at = :expire_time, url_end = :url_end,
              update_time = CASE WHEN update_time < :now THEN :now ELSE update_time END,
              revision = revision + 1
            WHERE upload_no = :upload_no
            """);
    for (Session session : sessions) {
      if (session.extended) {
        batch
            .bind("upload_no", session.uploadNo)
            .bind("expire_time", session.expireTime)
            .bind("url_end", session.urlEnd)
            .bind("now", now.toEpochMilli())
            .add();
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  /** A session as the batch goes on; times in milliseconds. */
  private static final class Session {
    final long uploadNo;
    final String uploadId;
    final boolean active;
    long expireTime;
    long urlEnd;
    boolean extended;

    Session(ResultSet row) throws SQLException {
      uploadNo = row.getLong("upload_no");
      uploadId = row.getString("upload_id");
      active = UploadState.ACTIVE.name().equals(row.getString("state"));
      expireTime = row.getLong("expire_time");
      urlEnd = row.getLong("url_end");
    }

    boolean apply(LedgerWrite write) {
      if (!active
          || expireTime <= write.now().toEpochMilli()
          || !uploadId.equals(write.uploadId().toString())) {
        return false;
      }
      long newExpireTime = Math.max(expireTime, write.expireTime().toEpochMilli());
      long newUrlEnd = max(urlEnd, Columns.millis(write.urlEnd()));
      extended |= newExpireTime != expireTime || newUrlEnd != urlEnd;
      expireTime = newExpireTime;
      urlEnd = newUrlEnd;
      return true;
    }

    private static long max(long a, @Nullable Long b) {
      return b == null ? a : Math.max(a, b);
    }
  }
}
