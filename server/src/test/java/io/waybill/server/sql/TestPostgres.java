package io.waybill.server.sql;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL from Maven, as a process of its own: nothing to install. One for a whole test JVM
 * ({@link #shared}), with a database for whoever asks; or one's own, to be stopped and started.
 *
 * <p>What it commits is on the disk, as in production; zonky's default is otherwise.
 */
public final class TestPostgres implements AutoCloseable {
  private static final Duration STARTUP = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static @Nullable TestPostgres shared;

  private final Path data;
  private final int port;
  private EmbeddedPostgres server;

  private TestPostgres(Path data, EmbeddedPostgres server) {
    this.data = data;
    this.server = server;
    this.port = server.getPort();
  }

  /** The one that everybody in this JVM uses; it ends with the JVM. */
  public static synchronized TestPostgres shared() throws IOException {
    if (shared == null) {
      Path folder = Files.createTempDirectory("waybill-postgres");
      shared = new TestPostgres(folder, launch(folder, 0, true));
    }
    return shared;
  }

  /**
   * Starts one's own, on a free port.
   *
   * @param data its data folder, which need not be there
   */
  public static TestPostgres start(Path data) throws IOException {
    return new TestPostgres(data, launch(data, 0, false));
  }

  private static EmbeddedPostgres launch(Path data, int port, boolean temporary)
      throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(temporary)
        .setPort(port)
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("max_connections", "200")
        .setPGStartupWait(STARTUP)
        .start();
  }

  /** A new empty database: its address for {@code database.url}. */
  public String newDatabase() throws SQLException {
    String name = "waybill_" + DATABASES.incrementAndGet();
    execute("CREATE DATABASE " + name);
    return url(name);
  }

  /** The address of a database, with its user. */
  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
  }

  /** Runs a statement as its administrator. */
  public void execute(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * Stops it in the mode that PostgreSQL calls immediate: every connection ends at once, nothing is
   * written down, and the next start recovers from the log, as after a crash.
   */
  public void stopImmediately() throws Exception {
    String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip();
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    new ProcessBuilder("kill", "-QUIT", pid).inheritIO().start().waitFor();
    try {
      postmaster.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("the postmaster does not stop", e);
    }
    server.close();
  }

  /** Starts it again, on the same port and with the same data. */
  public void startAgain() throws IOException {
    server = launch(data, port, false);
  }

  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
