package io.waybill.server.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.waybill.server.sql.SqliteDatabase;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.ReportPartResponse;
import io.waybill.v1.UploadServiceGrpc;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * ReportPart as one would write it first: a transaction per call that finds the session, puts the
 * part and adds to the counts, on eight threads and a pool of eight connections. The same schema
 * and the same durability as Waybill's.
 */
public final class NaiveServer extends UploadServiceGrpc.UploadServiceImplBase {
  private static final int POOL = 8;
  private static final int BUSY_TIMEOUT_MILLIS = 30_000;
  private static final int PART_BITS = 14;

  private final ExecutorService threads = Executors.newFixedThreadPool(POOL);
  private final Jdbi jdbi;

  private NaiveServer(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(source);
    pool.setMaximumPoolSize(POOL);
    jdbi = Jdbi.create(new HikariDataSource(pool));
  }

  /** The argument is the folder of the database. */
  public static void main(String[] args) throws Exception {
    Path file = Path.of(args[0], Sessions.FILE);
    SqliteDatabase.open(file).close(); // the schema
    PlainServer.serve(new NaiveServer(file));
  }

  @Override
  public void reportPart(ReportPartRequest request, StreamObserver<ReportPartResponse> observer) {
    threads.execute(
        () -> {
          try {
            jdbi.useHandle(handle -> record(handle, request));
            observer.onNext(ReportPartResponse.getDefaultInstance());
            observer.onCompleted();
          } catch (RuntimeException e) {
            observer.onError(Status.INTERNAL.withCause(e).asRuntimeException());
          }
        });
  }

  /** The driver's own {@code commit()} would begin the next transaction at once. */
  private static void record(Handle handle, ReportPartRequest request) {
    handle.execute("BEGIN IMMEDIATE");
    try {
      put(handle, request);
      handle.execute("COMMIT");
    } catch (RuntimeException e) {
      handle.execute("ROLLBACK");
      throw e;
    }
  }

  private record Session(long number, long partSizeBytes) {}

  private static void put(Handle handle, ReportPartRequest request) {
    long now = System.currentTimeMillis();
    Session session =
        handle
            .createQuery(
                """
                SELECT upload_no, part_size_bytes FROM upload
                WHERE upload_id = :id AND tenant = 'default'
                  AND state = 'ACTIVE' AND expire_time > :now
                """)
            .bind("id", request.getUploadId())
            .bind("now", now)
            .map((row, context) -> new Session(row.getLong(1), row.getLong(2)))
            .one();
    long key = session.number << PART_BITS | request.getPartNumber();
    boolean isNew =
        handle
            .createQuery("SELECT size_bytes FROM part WHERE part_key = :key")
            .bind("key", key)
            .mapTo(Long.class)
            .findOne()
            .isEmpty();
    handle
        .createUpdate(
            """
            INSERT INTO part (part_key, size_bytes, etag, record_time)
            VALUES (:key, :size, :etag, :now)
            ON CONFLICT (part_key) DO UPDATE SET
              size_bytes = excluded.size_bytes, etag = excluded.etag,
              record_time = excluded.record_time
            """)
        .bind("key", key)
        .bind("size", session.partSizeBytes)
        .bind("etag", request.getEtag())
        .bind("now", now)
        .execute();
    handle
        .createUpdate(
            """
            UPDATE upload SET
              uploaded_parts = uploaded_parts + :parts, uploaded_bytes = uploaded_bytes + :bytes,
              update_time = :now, revision = revision + 1
            WHERE upload_no = :number
            """)
        .bind("parts", isNew ? 1 : 0)
        .bind("bytes", isNew ? session.partSizeBytes : 0)
        .bind("now", now)
        .bind("number", session.number)
        .execute();
  }
}
