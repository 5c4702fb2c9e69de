package io.waybill.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The benchmark in small: that everything in it still runs. Its figures mean nothing, so none is
 * judged; that the timed work was done, each benchmark sees to by itself.
 */
class BenchIT {
  /** All but the client's, which are not built yet. */
  private static final Set<Figure> EXPECTED =
      EnumSet.complementOf(EnumSet.range(Figure.UPLOAD_VS_TRANSFERMANAGER, Figure.UPLOAD_HEAP_MIB));

  @Test
  void bringsEveryFigure() throws Exception {
    Figures figures = Bench.runShort();

    assertThat(figures.values()).containsOnlyKeys(EXPECTED.toArray(Figure[]::new));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    figures.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
    for (Figure figure : EXPECTED) {
      assertThat(printed.toString(StandardCharsets.UTF_8))
          .containsPattern("(?m)^bench " + figure.label() + " [0-9.]+$");
    }
  }
}
