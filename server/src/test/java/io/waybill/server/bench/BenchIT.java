package io.waybill.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * The benchmark in small: that everything in it still runs. Its figures mean nothing, so none is
 * judged; that the timed work was done, each benchmark sees to by itself.
 */
class BenchIT {
  @Test
  void bringsEveryFigure() throws Exception {
    Figures figures = Bench.runShort();

    assertThat(figures.values()).containsOnlyKeys(Figure.values());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    figures.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
    for (Figure figure : Figure.values()) {
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .containsPattern("(?m)^bench " + figure.label() + " [0-9.]+$");
    }
  }
}
