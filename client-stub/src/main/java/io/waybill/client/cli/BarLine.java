package io.waybill.client.cli;

import java.io.PrintWriter;
import java.util.Map;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * Draws a progress bar on a terminal's current line. In place of the library's own, which opens a
 * JLine terminal: that one resets the handlers of SIGINT to the system's, so that Ctrl-C would kill
 * the process before it says how to resume.
 */
final class BarLine implements ProgressBarConsumer {

  /** Of the usual 80 columns one is the cursor's. A narrower terminal cuts the line. */
  private static final int COLUMNS = 79;

  /** So that a narrow terminal cuts the line rather than wraps it: DECAWM off, then on again. */
  private static final String BEGIN = "\u001b[?7l";

  /** With the cursor back at the start: the ^C that a terminal echoes wraps nothing. */
  private static final String END = "\u001b[K\u001b[?7h\r";

  /** Removes the bar, and a ^C over its beginning. */
  static final String CLEAR = "\r\u001b[K";

  private final PrintWriter terminal;
  private volatile boolean kept;
  private boolean drawn;

  BarLine(PrintWriter terminal) {
    this.terminal = terminal;
  }

  /** Whether the terminal knows the sequences. */
  static boolean isSupported(Map<String, String> environment) {
    String type = environment.getOrDefault("TERM", "");
    return !type.isEmpty() && !type.equals("dumb");
  }

  /** Leaves the bar in sight when it is closed: the upload is complete. */
  void keep() {
    kept = true;
  }

  @Override
  public int getMaxRenderedLength() {
    return COLUMNS;
  }

  @Override
  public void accept(String line) {
    terminal.print(BEGIN + line + END);
    terminal.flush();
    drawn = true;
  }

  @Override
  public void close() {
    if (drawn) {
      terminal.print(kept ? System.lineSeparator() : CLEAR);
      terminal.flush();
    }
  }
}
