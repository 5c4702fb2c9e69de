package io.waybill.server.upload;

import static io.waybill.server.upload.S3Limits.GIB;
import static io.waybill.server.upload.S3Limits.MAX_OBJECT_BYTES;
import static io.waybill.server.upload.S3Limits.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartPlanTest {

  @ParameterizedTest
  @CsvSource({
    "0, 8388608, 0, 1",
    "1, 8388608, 1, 1",
    "8388608, 8388608, 8388608, 1",
    "8388609, 8388608, 8388608, 2",
    "83886080000, 8388608, 8388608, 10000", // exactly 10,000 parts of 8 MiB
    "83886080001, 8388608, 9437184, 8889", // one byte more: 9 MiB
    "53687091200000, 8388608, 5368709120, 10000", // S3's largest object
  })
  void raisesThePartSizeOnlyAsFarAsTenThousandPartsNeed(
      long size, long wished, long partSize, int partCount) {
    PartPlan plan = PartPlan.inParts(size, wished);

    assertThat(plan.partSizeBytes()).isEqualTo(partSize);
    assertThat(plan.partCount()).isEqualTo(partCount);
  }

  @Test
  void everyPlanCoversTheFileWithoutGapOrOverlap() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      long size = random.nextLong(MAX_OBJECT_BYTES >>> random.nextInt(46)) + 1;
      long wished = 5 * MIB + random.nextLong(5 * GIB - 5 * MIB);
      PartPlan plan = PartPlan.inParts(size, wished);
      int last = plan.partCount();

      assertThat(plan.offsetOf(1)).isZero();
      assertThat(plan.offsetOf(last) + plan.sizeOf(last)).isEqualTo(size);
      assertThat(plan.sizeOf(last)).isBetween(1L, plan.partSizeBytes());
      int some = 1 + random.nextInt(last);
      assertThat(plan.offsetOf(some)).isEqualTo((some - 1) * plan.partSizeBytes());
    }
  }

  @Test
  void refusesAPartBeyondThePlan() {
    PartPlan plan = PartPlan.inParts(20 * MIB, 8 * MIB);

    assertThat(plan.contains(3)).isTrue();
    assertThat(plan.contains(4)).isFalse();
    assertThatThrownBy(() -> plan.sizeOf(4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plan.offsetOf(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatS3WouldRefuse() {
    assertThatThrownBy(() -> new PartPlan(MAX_OBJECT_BYTES + 1, 5 * GIB))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PartPlan(10 * MIB, MIB))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PartPlan.whole(5 * GIB + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
