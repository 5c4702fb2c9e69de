package io.waybill.server.sql;

import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Where a PostgreSQL is, and as whom it is used.
 *
 * @param url jdbc:postgresql://HOST[:PORT][,HOST…]/DATABASE[?property=value…], the driver's own
 *     properties
 * @param user null: the URL's, or the one of the operating system
 * @param password null: the URL's, or none
 */
public record PostgresAddress(String url, @Nullable String user, @Nullable String password) {
  public static final String SCHEME = "jdbc:postgresql:";

  /** The driver takes more apart, and logs what it then refuses: a password in the wrong place. */
  private static final Pattern SHAPE =
      Pattern.compile(
          "jdbc:postgresql:(//HOST(,HOST)*(/[^@:?]*)?|[^@:?/]*)(\\?.*)?"
              .replace("HOST", "(\\[[^@/\\]]*]|[^@:,/?]*)(:[0-9]{1,5})?"));

  /** What the driver does unless the URL says otherwise; times in seconds. */
  private static final Properties DEFAULTS = new Properties();

  static {
    // Of several hosts the one that takes writes, wherever that is after a failover.
    DEFAULTS.setProperty(PGProperty.TARGET_SERVER_TYPE.getName(), "primary");
    DEFAULTS.setProperty(PGProperty.CONNECT_TIMEOUT.getName(), "5");
    DEFAULTS.setProperty(PGProperty.LOGIN_TIMEOUT.getName(), "5");
    // A host that is gone without a word; no statement of ours takes so long.
    DEFAULTS.setProperty(PGProperty.SOCKET_TIMEOUT.getName(), "20");
    DEFAULTS.setProperty(PGProperty.TCP_KEEP_ALIVE.getName(), "true");
    DEFAULTS.setProperty(PGProperty.APPLICATION_NAME.getName(), "waybill");
    DEFAULTS.setProperty(PGProperty.READ_ONLY_MODE.getName(), "always");
  }

  /**
   * Refuses what the driver cannot read.
   *
   * @throws IllegalArgumentException which says what is allowed, and nothing of the URL: it may
   *     hold a password
   */
  public PostgresAddress {
    Properties given = parsed(url, new Properties());
    for (String name : given.stringPropertyNames()) {
      if (PGProperty.forName(name) == null) {
        throw new IllegalArgumentException("no property \"" + name + "\" of the driver");
      }
    }
    if (password != null && PGProperty.PASSWORD.getOrDefault(given) != null) {
      throw new IllegalArgumentException("one password; there is another beside the URL's");
    }
    if (user != null && PGProperty.USER.getOrDefault(given) != null) {
      throw new IllegalArgumentException("one user; there is another beside the URL's");
    }
  }

  /** All that the driver is told, the defaults included. */
  Properties properties() {
    Properties defaults = new Properties(DEFAULTS);
    if (user != null) {
      defaults.setProperty(PGProperty.USER.getName(), user);
    }
    if (password != null) {
      defaults.setProperty(PGProperty.PASSWORD.getName(), password);
    }
    return parsed(url, defaults);
  }

  private static Properties parsed(String url, Properties defaults) {
    Properties parsed = null;
    try {
      parsed = SHAPE.matcher(url).matches() ? Driver.parseURL(url, defaults) : null;
    } catch (IllegalArgumentException e) {
      // of which the message tells a part of the URL
    }
    if (parsed == null) {
      throw new IllegalArgumentException(
          "jdbc:postgresql://HOST[:PORT]/DATABASE[?property=value]; a user before the host goes"
              + " into database.user");
    }
    return parsed;
  }

  /** For people: host, port and database, never user and password. */
  @Override
  public String toString() {
    Properties all = properties();
    return "PostgreSQL %s:%s/%s"
        .formatted(
            PGProperty.PG_HOST.getOrDefault(all),
            PGProperty.PG_PORT.getOrDefault(all),
            PGProperty.PG_DBNAME.getOrDefault(all));
  }
}
