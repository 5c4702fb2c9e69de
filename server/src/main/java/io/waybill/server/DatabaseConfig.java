package io.waybill.server;

import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.sql.PostgresAddress;
import io.waybill.server.sql.ServerLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Where sessions and ledgers are. */
public sealed interface DatabaseConfig {

  /**
   * Keeps other servers from a database that is one server's, until this is closed.
   *
   * @throws IOException with one line for the operator, where another server has it
   */
  AutoCloseable lock() throws IOException;

  /**
   * Opens the store, for a server.
   *
   * @throws IOException with one line for the operator, where that cannot be
   */
  JdbiUploadStore open(Executor callbacks) throws IOException;

  /**
   * Opens it for a command that may run beside a server, and makes nothing that is not there.
   *
   * @throws IOException likewise
   */
  JdbiUploadStore openBeside(Executor callbacks) throws IOException;

  /** Whether several servers may use it. */
  boolean isShared();

  /** A file of this machine's. */
  record Sqlite(Path file) implements DatabaseConfig {
    private static final String SCHEME = "jdbc:sqlite:";

    @Override
    public AutoCloseable lock() throws IOException {
      return ServerLock.take(file);
    }

    @Override
    public JdbiUploadStore open(Executor callbacks) throws IOException {
      return JdbiUploadStore.open(file, Clock.systemUTC(), callbacks);
    }

    @Override
    public JdbiUploadStore openBeside(Executor callbacks) throws IOException {
      return JdbiUploadStore.openBeside(file, Clock.systemUTC(), callbacks);
    }

    @Override
    public boolean isShared() {
      return false;
    }
  }

  /** A server that replicas share. */
  record Postgres(PostgresAddress address) implements DatabaseConfig {
    @Override
    public AutoCloseable lock() {
      return () -> {};
    }

    @Override
    public JdbiUploadStore open(Executor callbacks) throws IOException {
      return JdbiUploadStore.open(address, callbacks);
    }

    @Override
    public JdbiUploadStore openBeside(Executor callbacks) throws IOException {
      return JdbiUploadStore.openBeside(address, callbacks);
    }

    @Override
    public boolean isShared() {
      return true;
    }
  }

  /**
   * Reads the section {@code database}.
   *
   * @param overrides values that take the place of the file's, by key
   */
  static DatabaseConfig read(ConfigSection root, Map<String, String> overrides, Path dataDir) {
    ConfigSection section = root.section("database");
    String standard = Sqlite.SCHEME + dataDir.resolve("waybill.db");
    String url = overrides.getOrDefault("database.url", section.text("url", standard));
    String user = overrides.getOrDefault("database.user", section.text("user", ""));
    String password = password(section, overrides);
    section.refuseUnknownKeys();
    try {
      if (url.startsWith("jdbc:postgresql:")) {
        return new Postgres(new PostgresAddress(url, user.isEmpty() ? null : user, password));
      }
      if (!user.isEmpty() || password != null) {
        section.problem("user", "neither user nor password, unless the url is PostgreSQL's");
      }
      return new Sqlite(sqliteFile(url));
    } catch (IllegalArgumentException e) {
      section.problem("url", String.valueOf(e.getMessage()));
      return new Sqlite(dataDir);
    }
  }

  /** What is refused is not told: a URL may hold a password. */
  private static Path sqliteFile(String url) {
    try {
      if (url.startsWith(Sqlite.SCHEME) && url.length() > Sqlite.SCHEME.length()) {
        return Path.of(url.substring(Sqlite.SCHEME.length()));
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "jdbc:sqlite:FILE or jdbc:postgresql://HOST[:PORT]/DATABASE"
            + LocaleText.ofThisProcess().advice(url));
  }

  /** Of the environment, or in a file, so that none stands in the configuration. */
  private static @Nullable String password(ConfigSection section, Map<String, String> overrides) {
    Path file = section.path("password_file");
    String given = overrides.get("database.password");
    if (given != null) {
      // A line break at its end comes from a file; spaces may be the password's own.
      return given.replaceFirst("[\\r\\n]+$", "");
    }
    if (file == null) {
      return null;
    }
    try {
      return new String(SecretFile.read(file, 1), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      section.problem("password_file", String.valueOf(e.getMessage()));
      return null;
    }
  }
}
