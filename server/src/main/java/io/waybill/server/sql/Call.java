package io.waybill.server.sql;

import io.waybill.server.upload.UploadException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** A call of the {@link CommitQueue} and what becomes of it, which the writer's thread fills in. */
abstract class Call<T> {
  final CompletableFuture<T> answer = new CompletableFuture<>();
  private @Nullable T result;
  private @Nullable UploadException failure;

  /** What it came to, if the transaction is committed. */
  void succeed(T value) {
    result = value;
  }

  /** Whatever it came to is undone. */
  void fail(UploadException cause) {
    failure = cause;
  }

  /** What it will lock, as far as that is known. */
  abstract Rows rows();

  /** Tells the caller. */
  void answer() {
    if (failure != null) {
      answer.completeExceptionally(failure);
    } else {
      answer.complete(result);
    }
  }

  /** One whose caller waits on its own thread. */
  static final class Waiting<T> extends Call<T> {
    private final CommitQueue.Write<T> write;
    private final Rows rows;

    Waiting(Rows rows, CommitQueue.Write<T> write) {
      this.rows = rows;
      this.write = write;
    }

    @Override
    Rows rows() {
      return rows;
    }

    void run(Handle handle) {
      succeed(write.run(handle));
    }
  }

  /** One whose caller goes on, and which runs together with its like. */
  static final class Ledger extends Call<Boolean> {
    final LedgerWrite write;

    Ledger(LedgerWrite write) {
      this.write = write;
    }

    @Override
    Rows rows() {
      return new Rows(List.of(write.uploadNo()), List.of());
    }
  }
}
