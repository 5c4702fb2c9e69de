package io.waybill.server.ops;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A log of what a stranger can bring about as often as he likes: of each kind at most so many lines
 * a minute, and then how many were left out, with the first line of any kind after that minute.
 */
public final class SparseLog {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final System.Logger log;
  private final Level level;
  private final int linesPerMinute;
  private final LongSupplier nanoTime;

  /** The kinds are constants of ours, a few, never a stranger's words. */
  private final Map<String, Integer> seen = new TreeMap<>();

  private long began;

  public SparseLog(System.Logger log, Level level, int linesPerMinute) {
    this(log, level, linesPerMinute, System::nanoTime);
  }

  SparseLog(System.Logger log, Level level, int linesPerMinute, LongSupplier nanoTime) {
    this.log = log;
    this.level = level;
    this.linesPerMinute = linesPerMinute;
    this.nanoTime = nanoTime;
    this.began = nanoTime.getAsLong();
  }

  /**
   * Says a line, or counts it.
   *
   * @param line is made only where it is said
   */
  public synchronized void say(String kind, Supplier<String> line) {
    long now = nanoTime.getAsLong();
    if (now - began >= WINDOW.toNanos()) {
      tellWhatWasLeftOut();
      began = now;
    }
    if (seen.merge(kind, 1, Integer::sum) <= linesPerMinute) {
      log.log(level, line);
    }
  }

  private void tellWhatWasLeftOut() {
    seen.forEach(
        (kind, count) -> {
          int leftOut = count - linesPerMinute;
          if (leftOut > 0) {
            log.log(level, () -> kind + ": " + leftOut + " more lines like this were left out");
          }
        });
    seen.clear();
  }
}
