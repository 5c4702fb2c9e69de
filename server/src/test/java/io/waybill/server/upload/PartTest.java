package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartTest {

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "abc, abc",
        "'\"abc\"', abc",
        "'W/\"abc\"', abc",
        "'W/\"\"', ''",
        "W/abc, W/abc",
        "'W/\"abc', 'W/\"abc'",
        "'w/\"abc\"', 'w/\"abc\"'",
        "'\"W/\"', W/",
        "'', ''",
      })
  void holdsAnEtagWithoutQuotesAndWeakness(String given, String held) {
    assertThat(part(given, null).etag()).isEqualTo(held);
    assertThat(new StoredObject(given, "", 0, null).etag()).isEqualTo(held);
  }

  @Test
  void agreesByTheChecksumsWhereBothHaveOne() {
    assertThat(part("a", 1).agreesWith(part("changed on its way", 1))).isTrue();
    assertThat(part("a", 1).agreesWith(part("a", 2))).isFalse();
  }

  @Test
  void agreesByTheEtagsWhereOneHasNoChecksum() {
    assertThat(part("a", 1).agreesWith(part("W/\"a\"", null))).isTrue();
    assertThat(part("a", null).agreesWith(part("b", 1))).isFalse();
    assertThat(part("", null).agreesWith(part("b", null))).as("nothing contradicts").isTrue();
  }

  private static Part part(String etag, @Nullable Integer checksum) {
    byte[] bytes = {0, 0, 0, checksum == null ? 0 : checksum.byteValue()};
    return new Part(1, 10, etag, checksum == null ? null : Checksum.of(bytes), Instant.EPOCH);
  }
}
