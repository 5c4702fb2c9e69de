package io.waybill.server.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL, which any number of servers share: there is no other coordination among them. Of each
 * server one connection writes, the commit thread's own, and a pool of them reads.
 *
 * <p>Row locks and compare-and-sets are made for READ COMMITTED, the default, and hold under
 * anything stricter, where more transactions are undone and run again.
 */
final class PostgresDatabase implements Database {
  /** The oldest major version that the tests run against. */
  private static final int OLDEST_VERSION = 17;

  /** As many as there are threads that read, and a few for those that wait for S3. */
  private static final int READERS = 12;

  private static final int IDLE_READERS = 2;

  /**
   * How long a reader waits for a connection. Long enough to open one over TLS on a busy machine,
   * and for those who have one to be done; so long the first readers learn that the database is
   * away, and everybody else is refused at once.
   */
  private static final Duration POOL_TIMEOUT = Duration.ofSeconds(1);

  /**
   * What a connection that writes begins with, as far as the database knows it. Locks are waited
   * for as long as another replica's batch may take; one that was frozen in the middle of its
   * transaction loses it. What is committed is on the disk, whatever the database does for others.
   * And all that the writer does is by key: planned once, and never by reading a table that was
   * small when it was last looked at.
   */
  private static final String WRITER =
      """
      SELECT set_config(name, wanted.value, false)
      FROM pg_settings JOIN (VALUES
        ('lock_timeout', '5s'),
        ('idle_in_transaction_session_timeout', '10s'),
        ('synchronous_commit', 'on'),
        ('plan_cache_mode', 'force_generic_plan'),
        ('enable_seqscan', 'off')) AS wanted (name, value) USING (name)
      WHERE name <> 'synchronous_commit' OR setting = 'off'
      """;

  private final Jdbi writers;
  private final HikariDataSource readerPool;
  private final Jdbi readers;
  private final DatabaseClock clock;

  private PostgresDatabase(PGSimpleDataSource source) {
    this.writers = Dialect.POSTGRES.speak(Jdbi.create(source));
    this.readerPool = readerPool(source);
    this.readers = Dialect.POSTGRES.speak(Jdbi.create(new ReaderConnections(readerPool)));
    try {
      this.clock = DatabaseClock.start(Clock.systemUTC(), readers);
    } catch (RuntimeException | Error e) {
      readerPool.close();
      throw e;
    }
  }

  /**
   * Opens a database, and brings its schema forward.
   *
   * @throws IOException with one line for the operator, where that cannot be
   */
  static PostgresDatabase open(PostgresAddress address) throws IOException {
    return open(address, OLDEST_VERSION);
  }

  /**
   * The same where another version is the oldest that will do.
   *
   * @param oldest its major version
   */
  static PostgresDatabase open(PostgresAddress address, int oldest) throws IOException {
    return open(address, oldest, PostgresSchema::bring);
  }

  /**
   * The database of servers that may be running, for a command beside them: its schema is left as
   * it is.
   *
   * @throws IOException also where the schema is not this program's
   */
  static PostgresDatabase openBeside(PostgresAddress address) throws IOException {
    return open(address, OLDEST_VERSION, SchemaPreparation.required(PostgresSchema::isCurrent));
  }

  private static PostgresDatabase open(
      PostgresAddress address, int oldest, SchemaPreparation<PGSimpleDataSource> schema)
      throws IOException {
    try {
      PGSimpleDataSource patient = source(address);
      patient.setSocketTimeout(0); // a step may take longer than any caller's statement
      requireVersion(patient, oldest);
      schema.run(patient);
      return new PostgresDatabase(source(address));
    } catch (RuntimeException | SQLException e) {
      throw new IOException("cannot open " + address + ": " + PostgresErrors.line(e), e);
    }
  }

  /**
   * Refuses a database that is older than what the tests run against.
   *
   * @param oldest its major version
   */
  private static void requireVersion(DataSource source, int oldest) throws SQLException {
    try (Connection connection = source.getConnection()) {
      DatabaseMetaData database = connection.getMetaData();
      if (database.getDatabaseMajorVersion() < oldest) {
        throw new SQLException(
            "it is PostgreSQL %s, Waybill needs PostgreSQL %d or newer"
                .formatted(database.getDatabaseProductVersion(), oldest));
      }
    }
  }

  static PGSimpleDataSource source(PostgresAddress address) throws SQLException {
    PGSimpleDataSource source =
        new PGSimpleDataSource() {
          @Override
          public void setLoginTimeout(int seconds) {
            // The pool's, which takes how long a reader waits for how long a login may take.
          }
        };
    Properties properties = address.properties();
    for (String name : properties.stringPropertyNames()) {
      source.setProperty(name, properties.getProperty(name));
    }
    return source;
  }

  private static HikariDataSource readerPool(PGSimpleDataSource source) {
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("waybill-readers");
    pool.setDataSource(source);
    pool.setReadOnly(true);
    pool.setMaximumPoolSize(READERS);
    pool.setMinimumIdle(IDLE_READERS);
    pool.setConnectionTimeout(POOL_TIMEOUT.toMillis());
    pool.setValidationTimeout(POOL_TIMEOUT.toMillis());
    pool.setExceptionOverride(new PostgresEviction());
    return new HikariDataSource(pool);
  }

  @Override
  public Jdbi readers() {
    return readers;
  }

  @Override
  public Handle openWriter() {
    Handle writer = writers.open();
    try {
      writer.createQuery(WRITER).mapTo(String.class).list();
      return writer;
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
  }

  @Override
  public void begin(Handle writer) {
    writer.begin();
  }

  @Override
  public void commit(Handle writer) {
    writer.commit();
  }

  @Override
  public void rollback(Handle writer) {
    writer.rollback();
  }

  @Override
  public Fault fault(Throwable failure) {
    return PostgresErrors.fault(failure);
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public ReportTarget newReportTarget() {
    return new DirectReports();
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public void close() {
    clock.close();
    readerPool.close();
  }
}
