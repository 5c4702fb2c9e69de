package io.waybill.server.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** A name that is taken makes a key that is one path below its tenant, and parses back. */
class NamesFuzzTest {
  private static final UploadId ID = UploadId.of(Instant.EPOCH, new Random(1));
  private static final List<KeyTemplate> TEMPLATES =
      List.of(
          new KeyTemplate("in/", KeyTemplate.DEFAULT, false),
          new KeyTemplate("", "{yyyy}/{mm}/{upload_id}/{filename}", false),
          new KeyTemplate("in/", "x-{object_key}.{filename}/{upload_id}", false));

  static Stream<byte[]> seeds() {
    return Stream.of(
            "a.txt",
            "a/b/c",
            "..",
            "a/../b",
            "a//b",
            "\\",
            "e\u0301",
            "\u202Egpj.exe",
            "{upload_id}",
            "{tenant}",
            "日本語.pdf",
            "x".repeat(200) + ".tar.gz",
            "\0",
            "\u0958".repeat(60),
            "\uD83D\uDC69")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void makeOnePath(byte[] data) {
    String text = new String(data, UTF_8);
    if (Names.wrongWithObjectKey(text).isEmpty()) {
      check(Names.normal(text), "");
    }
    if (!text.isEmpty() && Names.wrongWithFilename(text).isEmpty()) {
      check("", Names.normal(text));
    }
  }

  private static void check(String objectKey, String filename) {
    for (KeyTemplate template : TEMPLATES) {
      String key = template.keyFor("acme", ID, objectKey, filename, Instant.EPOCH);
      assertThat(List.of(key.split("/", -1))).doesNotContain("", ".", "..").contains(ID.toString());
      assertThat(key).startsWith(template.prefix()).doesNotContain("\n").doesNotContain("\r");
      assertThat(Names.normal(key)).isEqualTo(key);
      assertThat(new String(key.getBytes(UTF_8), UTF_8)).isEqualTo(key);
      assertThat(template.uploadIdIn(key)).contains(ID);
    }
  }
}
