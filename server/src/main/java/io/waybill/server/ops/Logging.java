package io.waybill.server.ops;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line per event on standard error: time in UTC, level, who, what. */
public final class Logging {
  private static final Logger OURS = Logger.getLogger("io.waybill"); // held: loggers are weak

  /** Tells of each connection that broke, with a stack; so does who used it, in a line. */
  private static final Logger BROKEN =
      Logger.getLogger("com.zaxxer.hikari.pool.ProxyConnection"); // held, too

  private Logging() {}

  /**
   * Sends all logging of this process there.
   *
   * @param level from which on Waybill's own events are shown; of its libraries, warnings
   */
  public static void toStandardError(Level level) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler handler = new ConsoleHandler();
    handler.setFormatter(new OneLine());
    handler.setLevel(level);
    root.addHandler(handler);
    root.setLevel(Level.WARNING);
    OURS.setLevel(level);
    BROKEN.setLevel(Level.SEVERE);
  }

  private static final class OneLine extends Formatter {
    @Override
    public String format(LogRecord event) {
      String name = event.getLoggerName() == null ? "" : event.getLoggerName();
      StringWriter line = new StringWriter();
      line.append(Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
          .append(' ')
          .append(event.getLevel().getName())
          .append(' ')
          .append(name.substring(name.lastIndexOf('.') + 1))
          .append(": ")
          .append(formatMessage(event).replace('\n', ' ').replace('\r', ' '))
          .append('\n');
      if (event.getThrown() != null) {
        event.getThrown().printStackTrace(new PrintWriter(line, true));
      }
      return line.toString();
    }
  }
}
