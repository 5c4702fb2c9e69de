package io.waybill.server.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids, content types, ETags and checksums are read in one way, or not at all. */
class ValuesFuzzTest {
  private static final ContentTypes SOME = new ContentTypes(List.of("image/*", "text/plain"));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "019b76da-a800-7bb2-92c6-ae7df9b15164",
            "0-0-7000-8000-0",
            "text/plain; charset=\"x\"",
            "image/png\r\nx: y",
            "*/*",
            "\"etag\"",
            "\"",
            "AAAA",
            "====",
            "{upload_id}")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void haveOneForm(byte[] data) {
    String text = new String(data, UTF_8);
    UploadId.parse(text).ifPresent(id -> assertThat(id).hasToString(text));
    if (ContentTypes.isWellFormed(text)) {
      assertThat(text).matches("[ -~]{3,255}");
      boolean allowed = SOME.allow(text);
      assertThat(allowed)
          .isEqualTo(
              text.toLowerCase(java.util.Locale.ROOT).matches("(image/|text/plain *(;|$)).*"));
    }
    String etag = Part.unquoted(text);
    assertThat(text).isIn(etag, '"' + etag + '"', "W/\"" + etag + '"');
    try {
      Checksum checksum = Checksum.ofBase64(text);
      assertThat(Checksum.ofBase64(checksum.toBase64())).isEqualTo(checksum);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageNotContaining("\0");
    }
  }
}
