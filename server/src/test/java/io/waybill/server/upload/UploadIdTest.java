package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UploadIdTest {

  @Test
  void sortsByAgeAndReadsItselfBack() {
    Random random = new Random(4);
    String before = "";
    for (int i = 0; i < 1_000; i++) {
      Clock clock = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L + i), ZoneOffset.UTC);
      UploadId id = UploadId.next(clock, random);

      assertThat(UploadId.parse(id.toString())).contains(id);
      assertThat(id.toString()).isGreaterThan(before);
      assertThat(id.uuid().version()).isEqualTo(7);
      before = id.toString();
    }
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
