package io.waybill.server.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in a file of the data directory: WAL, an fsync at each commit, one writer and a few
 * readers.
 *
 * <p>A second process may open the same file, as {@code sweep} does beside a running server:
 * SQLite's own locks keep writers apart for the moment a batch takes, and every state change is a
 * compare-and-set. A second server may not: see {@link ServerLock}. The directory must be on a
 * local disk: WAL's shared memory does not work over a network.
 *
 * @see <a href="https://sqlite.org/wal.html">SQLite: Write-Ahead Logging</a>
 */
public final class SqliteDatabase implements Database {

  /** How long a writer waits for another process's write, a reader for a connection. */
  static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

  /** As many as threads read at once (see Threads), of several tenants. */
  private static final int READERS = 12;

  /** What mostly suffices, since reads take microseconds; a start waits for no more than one. */
  private static final int READERS_AT_REST = 4;

  /** To how many bytes the write-ahead log is cut after a checkpoint. */
  private static final int MAX_IDLE_WAL_BYTES = 64 << 20;

  private final Jdbi writers;
  private final HikariDataSource readerPool;
  private final Jdbi readers;

  private SqliteDatabase(SQLiteDataSource writerSource, HikariDataSource readerPool) {
    this.writers = Dialect.SQLITE.speak(Jdbi.create(writerSource));
    this.readerPool = readerPool;
    this.readers = Dialect.SQLITE.speak(Jdbi.create(readerPool));
  }

  /**
   * Opens a database, and makes the file and its directory where they are not there.
   *
   * @throws IOException with one line for the operator, where that cannot be
   */
  public static SqliteDatabase open(Path file) throws IOException {
    return open(file, BUSY_TIMEOUT);
  }

  /**
   * The database of a server that may be running, for a command beside it: its schema is left as it
   * is. To bring it forward under an older server would have that one write what the new schema
   * does not count.
   *
   * @throws IOException also where there is none, or its schema is not this program's
   */
  static SqliteDatabase openBeside(Path file) throws IOException {
    if (!Files.exists(file)) {
      // An empty one made here would call every upload of a live one an orphan.
      throw new IOException(file + ": no such database");
    }
    return open(file, BUSY_TIMEOUT, SchemaPreparation.required(SqliteSchema::isCurrent));
  }

  static SqliteDatabase open(Path file, Duration busyTimeout) throws IOException {
    return open(file, busyTimeout, SqliteSchema::bring);
  }

  private static SqliteDatabase open(
      Path file, Duration busyTimeout, SchemaPreparation<SQLiteDataSource> schema)
      throws IOException {
    String url = "jdbc:sqlite:" + inUsableDirectory(file);
    try {
      SQLiteDataSource writerSource = writerSource(url, busyTimeout);
      schema.run(writerSource);
      return new SqliteDatabase(writerSource, readerPool(url, busyTimeout));
    } catch (RuntimeException | SQLException e) {
      throw new IOException("cannot open the database " + file + ": " + SqliteErrors.line(e), e);
    }
  }

  /** Loads the driver with its native library, and Jdbi, by using them on a database in memory. */
  public static void preload() {
    SQLiteDataSource source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite::memory:");
    Dialect.SQLITE
        .speak(Jdbi.create(source))
        .useHandle(
            handle -> {
              handle.execute("CREATE TABLE preload (number INTEGER PRIMARY KEY, text TEXT)");
              handle
                  .createUpdate("INSERT INTO preload VALUES (:number, :text)")
                  .bind("number", 1L)
                  .bind("text", "")
                  .execute();
              handle
                  .createQuery("SELECT text FROM preload WHERE number = :number <for_update>")
                  .bind("number", 1L)
                  .mapTo(String.class)
                  .findOne();
            });
  }

  /** The absolute path of a file, in a directory that is made where it is missing. */
  static Path inUsableDirectory(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    makeUsable(Objects.requireNonNull(absolute.getParent(), "a file has a directory"));
    return absolute;
  }

  private static void makeUsable(Path dataDir) throws IOException {
    try {
      Files.createDirectories(dataDir);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("the data directory " + dataDir + " is not a directory", e);
    } catch (IOException e) {
      throw new IOException("cannot make the data directory " + dataDir + ": " + reason(e), e);
    }
    if (!Files.isReadable(dataDir) || !Files.isWritable(dataDir) || !Files.isExecutable(dataDir)) {
      throw new IOException("the data directory " + dataDir + " cannot be read and written");
    }
  }

  /** Not the message, which tells the path once more. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return reason == null ? e.getClass().getSimpleName() : reason;
  }

  /** Pragmas belong to the connection, so they are the source's: each new connection gets them. */
  private static SQLiteDataSource writerSource(String url, Duration busyTimeout) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // NORMAL would lose the last commits when the power goes.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
    config.setJournalSizeLimit(MAX_IDLE_WAL_BYTES);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(url);
    return source;
  }

  private static HikariDataSource readerPool(String url, Duration busyTimeout) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(Math.toIntExact(busyTimeout.toMillis()));
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(url);
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("waybill-readers");
    pool.setDataSource(source);
    pool.setReadOnly(true);
    pool.setMaximumPoolSize(READERS);
    pool.setMinimumIdle(READERS_AT_REST);
    pool.setConnectionTimeout(BUSY_TIMEOUT.toMillis());
    return new HikariDataSource(pool);
  }

  @Override
  public Jdbi readers() {
    return readers;
  }

  @Override
  public Handle openWriter() {
    return writers.open();
  }

  /**
   * In words, on a connection that commits by itself otherwise: the driver's {@code commit()} would
   * begin the next transaction at once and keep the lock. IMMEDIATE, because a transaction that
   * reads first and locks later fails with SQLITE_BUSY_SNAPSHOT, however long it would wait.
   */
  @Override
  public void begin(Handle writer) {
    writer.execute("BEGIN IMMEDIATE");
  }

  @Override
  public void commit(Handle writer) {
    writer.execute("COMMIT");
  }

  @Override
  public void rollback(Handle writer) {
    writer.execute("ROLLBACK");
  }

  @Override
  public Fault fault(Throwable failure) {
    return SqliteErrors.fault(failure);
  }

  /** A command beside a server shares it, but a write transaction locks the whole database. */
  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public ReportTarget newReportTarget() {
    return new ReportJournal();
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  /**
   * The last connection to close folds the log into the file, but a reader's cannot: so the last is
   * a writer's, and what lies in the directory afterwards is one file.
   */
  @Override
  public void close() {
    readerPool.close();
    try {
      writers.open().close();
    } catch (JdbiException e) {
      // Nothing is lost: the next start reads the log.
    }
  }
}
