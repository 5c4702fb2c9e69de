package io.waybill.server.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URLEncoder;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** However a store spells a key, the key is among what it may be; and markers lead past it. */
class ListedKeysFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "in/annual report 2026.pdf",
            "in/1+1.pdf",
            "in/100%.txt",
            "in/100%2.txt",
            "in/a%20b",
            "in/a%2520b",
            "in/%FF",
            "in/\u00fcber.txt",
            "in/\u6587\u4ef6 \ud83d\udcf7.mp4",
            "in/<a>&b",
            "in/\u0001",
            "%",
            "+")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void findTheKey(byte[] data) {
    String key = new String(data, UTF_8);
    String form = URLEncoder.encode(key, UTF_8).replace("%2F", "/");
    String percent = form.replace("+", "%20");

    assertThat(ListedKeys.candidates(key)).as("not encoded").contains(key);
    assertThat(ListedKeys.candidates(form)).as("as Amazon").contains(key);
    assertThat(ListedKeys.candidates(percent)).as("as Ceph and Swift").contains(key);
    assertThat(ListedKeys.marker(form, form, "", true)).as("as Amazon").isEqualTo(key);
    assertThat(ListedKeys.marker(key, percent, "", false)).as("as Ceph").isEqualTo(key);
    assertThat(ListedKeys.marker(key, percent, "", true)).as("as Swift").isEqualTo(key);
    String doubtful = ListedKeys.marker(key, key, "", false);
    assertThat(java.util.Arrays.compareUnsigned(doubtful.getBytes(UTF_8), key.getBytes(UTF_8)))
        .as("nothing is passed over")
        .isNotPositive();
  }
}
