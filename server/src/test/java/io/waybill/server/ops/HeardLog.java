package io.waybill.server.ops;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a class says in the log during a test, which goes nowhere else. */
public final class HeardLog implements BeforeEachCallback, AfterEachCallback {

  /**
   * An event.
   *
   * @param text without its stack
   * @param hasStack whether one goes with it
   */
  public record Event(String level, String text, boolean hasStack) {
    @Override
    public String toString() {
      return level + " " + text;
    }
  }

  private final Logger logger; // held: loggers are weak
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          events.add(
              new Event(
                  event.getLevel().getName(),
                  new SimpleFormatter().formatMessage(event),
                  event.getThrown() != null));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private HeardLog(Logger logger) {
    this.logger = logger;
  }

  public static HeardLog of(Class<?> speaker) {
    return new HeardLog(Logger.getLogger(speaker.getName()));
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    events.clear();
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  public List<Event> events() {
    return List.copyOf(events);
  }

  /** Each such as {@code WARNING it rains}. */
  public List<String> lines() {
    return events.stream().map(Event::toString).toList();
  }
}
