package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.part;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.concurrent.ExecutionException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** A process that reports parts one by one, and says of each whether it was acknowledged. */
final class SyncProbe {
  private SyncProbe() {}

  /** Arguments: the database, how many parts, and a value for {@code PRAGMA synchronous}. */
  public static void main(String[] args) throws Exception {
    Database database =
        new WrappedDatabase(SqliteDatabase.open(Path.of(args[0]))) {
          @Override
          public Handle openWriter() {
            Handle writer = super.openWriter();
            if (args.length > 2) {
              writer.execute("PRAGMA synchronous = " + args[2]);
            }
            return writer;
          }
        };
    Clock clock = Clock.fixed(T0, ZoneOffset.UTC);
    try (JdbiUploadStore store =
        new JdbiUploadStore(database, clock, Runnable::run, 100, new ReportJournal())) {
      Upload upload = store.due(END, 1).get(0);
      for (int i = 1; i <= Integer.parseInt(args[1]); i++) {
        long before = store.writes().commits();
        String answer = answer(store, upload, i);
        long commits = store.writes().commits() - before;
        System.out.println(answer + " " + i + " commits " + commits);
      }
    }
  }

  private static String answer(JdbiUploadStore store, Upload upload, int number)
      throws InterruptedException {
    try {
      return store.record(upload, part(number, 1), END).toCompletableFuture().get()
          ? "acknowledged"
          : "refused";
    } catch (ExecutionException e) {
      @Nullable Throwable cause = e.getCause();
      return cause instanceof UploadException known ? known.reason().name() : String.valueOf(cause);
    }
  }
}
