package io.waybill.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SparseLogTest {
  private final List<String> lines = new ArrayList<>();
  private final System.Logger logger =
      new System.Logger() {
        @Override
        public String getName() {
          return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
          return true;
        }

        @Override
        public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String message,
            @Nullable Throwable thrown) {
          lines.add(String.valueOf(message));
        }

        @Override
        public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String format,
            @Nullable Object... parameters) {
          lines.add(String.valueOf(format));
        }
      };
  private long nanos = Long.MAX_VALUE - 5; // it may begin anywhere, and overflow
  private final SparseLog log = new SparseLog(logger, Level.WARNING, 2, () -> nanos);

  @Test
  void saysSoManyLinesOfEachKindAMinuteAndThenHowManyWereLeftOut() {
    for (int i = 0; i < 5; i++) {
      String line = "a" + i;
      log.say("a", () -> line);
    }
    log.say("b", () -> "b0");
    assertThat(lines).containsExactly("a0", "a1", "b0");

    nanos += Duration.ofSeconds(59).toNanos();
    log.say("a", () -> "a5");
    assertThat(lines).hasSize(3);

    nanos += Duration.ofSeconds(1).toNanos();
    log.say("b", () -> "b1");
    log.say("a", () -> "a6");
    assertThat(lines.subList(3, lines.size()))
        .containsExactly("a: 4 more lines like this were left out", "b1", "a6");
  }

  @Test
  void aLineThatIsLeftOutIsNotEvenMade() {
    for (int i = 0; i < 2; i++) {
      log.say("a", () -> "a");
    }
    log.say(
        "a",
        () -> {
          throw new AssertionError("made");
        });
    assertThat(lines).hasSize(2);
  }
}
