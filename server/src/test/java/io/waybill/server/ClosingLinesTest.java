package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingLinesTest {
  @Test
  void countsWhatIsCountedAndKeepsTheOrderOfTheOthers() {
    assertThat(
            ClosingLines.together(
                List.of(
                    "wire cases=3", "+ planted caught", "attack x", "+ a b", "+ planted caught")))
        .containsExactly("wire cases=3", "attack x", "a b=1", "planted caught=2");
  }
}
