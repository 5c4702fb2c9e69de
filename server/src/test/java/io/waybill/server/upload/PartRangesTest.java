package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartRangesTest {

  @Test
  void namesRunsOfMissingParts() {
    assertThat(PartRanges.text(PartRanges.missing(bits(), 10, 100))).isEqualTo("1-10");
    assertThat(PartRanges.text(PartRanges.missing(bits(1, 2, 5, 10), 10, 100)))
        .isEqualTo("3-4,6-9");
    assertThat(PartRanges.missing(bits(1, 2, 3), 3, 100)).isEmpty();
  }

  @Test
  void cutsOffWhatExceedsTheLimit() {
    assertThat(PartRanges.text(PartRanges.missing(bits(2, 4, 6), 7, 2))).isEqualTo("1,3");
  }

  @Test
  void agreesWithANaiveReadingForRandomSets() {
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      int count = 1 + random.nextInt(200);
      BitSet present = new BitSet();
      for (int n = 1; n <= count; n++) {
        present.set(n, random.nextBoolean());
      }
      BitSet expanded = new BitSet();
      for (PartRanges.Range run : PartRanges.missing(present, count, 1_000)) {
        expanded.set(run.first(), run.last() + 1);
      }
      BitSet missing = (BitSet) present.clone();
      missing.flip(1, count + 1);
      assertThat(expanded).isEqualTo(missing);
      assertThat(PartRanges.of(missing, 1_000))
          .isEqualTo(PartRanges.missing(present, count, 1_000));
    }
  }

  private static BitSet bits(int... numbers) {
    BitSet bits = new BitSet();
    for (int number : numbers) {
      bits.set(number);
    }
    return bits;
  }
}
