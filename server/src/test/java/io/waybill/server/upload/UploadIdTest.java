package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UploadIdTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

  @Test
  void sortsByAgeAndReadsItselfBack() {
    Random random = new Random(4);
    String before = "";
    for (int i = 0; i < 1_000; i++) {
      UploadId id = UploadId.of(NOW.plusMillis(i), random);

      assertThat(UploadId.parse(id.toString())).contains(id);
      assertThat(id.toString()).isGreaterThan(before);
      assertThat(id.uuid().version()).isEqualTo(7);
      before = id.toString();
    }
  }

  @Test
  void theFirstOfATimePartsWhatWasMadeBeforeFromTheRest() {
    Random random = new Random(5);
    UploadId first = UploadId.firstOf(NOW);
    for (int i = 0; i < 1_000; i++) {
      assertThat(UploadId.of(NOW, random)).isGreaterThanOrEqualTo(first);
      assertThat(UploadId.of(NOW.minusMillis(1), random)).isLessThan(first);
    }
  }

  @Test
  void everyTimeHasAFirst() {
    UploadId now = UploadId.of(NOW, new Random(6));

    assertThat(UploadId.firstOf(Instant.MIN)).isEqualTo(UploadId.firstOf(Instant.EPOCH));
    assertThat(UploadId.firstOf(Instant.MIN)).isLessThan(now);
    assertThat(UploadId.firstOf(Instant.MAX)).isGreaterThan(now);
  }

  @Test
  void readsTheCanonicalFormOnly() {
    assertThat(UploadId.parse("01890a5d-ac96-774b-bcce-b302099a8057")).isPresent();
    assertThat(UploadId.parse("01890A5D-ac96-774b-bcce-b302099a8057")).isEmpty();
    assertThat(UploadId.parse("01890a5d-ac96-474b-bcce-b302099a8057")).isEmpty();
    assertThat(UploadId.parse("1-1-7-8-1")).isEmpty();
    assertThat(UploadId.parse("")).isEmpty();
    assertThat(UploadId.parse("../../../../../../../../../../etc/psw")).isEmpty();
  }
}
