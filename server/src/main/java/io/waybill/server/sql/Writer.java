package io.waybill.server.sql;

import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The connection that writes, for one thread: opened when it is needed, and given up when it can
 * not even roll back or leads to a server that cannot write, so that the next transaction begins on
 * a new one.
 */
final class Writer implements AutoCloseable {
  private final Database database;
  private @Nullable Handle handle;

  /**
   * The commit itself failed: nobody knows whether it took effect (PROTOCOL row 4). So it is never
   * run again: a compare-and-set that had succeeded would then answer that it had not.
   */
  static final class CommitFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommitFailed(Throwable cause) {
      super("the outcome of a commit is unknown", cause);
    }
  }

  Writer(Database database) {
    this.database = database;
  }

  /** Whether there is a connection that served before. */
  boolean isOpen() {
    return handle != null;
  }

  /**
   * Does the work and commits it, or throws and has done nothing.
   *
   * @throws CommitFailed where it may have been done
   */
  void transaction(Consumer<Handle> work) {
    Handle open = open();
    try {
      database.begin(open);
      work.accept(open);
    } catch (RuntimeException | Error e) {
      undo(open, e);
      throw e;
    }
    try {
      database.commit(open);
    } catch (RuntimeException | Error e) {
      undo(open, e);
      if (isConflict(e)) {
        throw e;
      }
      throw new CommitFailed(e);
    }
  }

  /** Where not even that can be told, the outcome is unknown. */
  private boolean isConflict(Throwable failure) {
    try {
      return database.fault(failure) == Fault.CONFLICT;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  private void undo(Handle open, Throwable failure) {
    try {
      database.rollback(open);
      if (database.fault(failure) == Fault.CONNECTION) {
        close();
      }
    } catch (RuntimeException | Error e) {
      failure.addSuppressed(e);
      close();
    }
  }

  private Handle open() {
    Handle open = handle;
    if (open == null) {
      open = database.openWriter();
      handle = open;
    }
    return open;
  }

  @Override
  public void close() {
    Handle open = handle;
    handle = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (RuntimeException e) {
      // It was given up anyway.
    }
  }
}
