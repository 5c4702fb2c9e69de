package io.waybill.client;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Collectors;

/** What this JVM prints on standard error, and logs, until it is closed. */
public final class Everything implements AutoCloseable {

  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private final PrintStream before = System.err;
  private final Logger root = Logger.getLogger("");
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          text.writeBytes(new SimpleFormatter().format(event).getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public Everything() {
    handler.setLevel(Level.ALL);
    root.addHandler(handler);
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
  }

  public String text() {
    return text.toString(StandardCharsets.UTF_8);
  }

  /** As {@code Arrays.toString(byte[])} shows a text, without the brackets. */
  public static String decimals(String ascii) {
    return ascii.chars().mapToObj(String::valueOf).collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    System.setErr(before);
    root.removeHandler(handler);
  }
}
