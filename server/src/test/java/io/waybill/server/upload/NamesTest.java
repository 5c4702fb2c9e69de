package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a b.pdf",
        "übersicht 2026.pdf",
        "%2F..%2Fetc",
        "…",
        "-rf",
        "a+b&c='d'\".txt",
        "日本語"
      })
  void takesWhatFilesAreReallyCalled(String name) {
    assertThat(Names.wrongWithFilename(name)).isEmpty();
    assertThat(Names.wrongWithObjectKey("dir/" + name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {".", "..", "a\nb", "a\u0000", "\u007f", "a\u0085", "a\u2028b", "\ud800", "\uffff"})
  void refusesWhatWouldHurtInAKeyOrAHeader(String name) {
    assertThat(Names.wrongWithFilename(name)).isPresent();
    assertThat(Names.wrongWithObjectKey("dir/" + name)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "..\\x", "/"})
  void aFilenameHasNoFolders(String name) {
    assertThat(Names.wrongWithFilename(name)).hasValueSatisfying(w -> assertThat(w).contains("/"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "a/", "a//b", "a/../b", "./a"})
  void anObjectKeyHasNoSegmentThatAPathWouldSwallow(String key) {
    assertThat(Names.wrongWithObjectKey(key)).isPresent();
  }

  @Test
  void boundsAreInBytesOfUtf8() {
    assertThat(Names.wrongWithFilename("x".repeat(1_024))).isEmpty();
    assertThat(Names.wrongWithFilename("ü".repeat(513))).isPresent();
    assertThat(Names.wrongWithFilename("x".repeat(2_000))).isPresent();
    assertThat(Names.wrongWithObjectKey("x".repeat(129))).isPresent();
    assertThat(Names.wrongWithObjectKey(("x".repeat(127) + "/").repeat(4) + "y")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u202Egpj.exe", "a\u202Ab", "a\u202Cb", "\u2066a", "a\u2069"})
  void refusesWhatTurnsTextAround(String name) {
    assertThat(Names.wrongWithFilename(name)).isPresent();
    assertThat(Names.wrongWithObjectKey("dir/" + name)).isPresent();
  }

  /** Of the 1 MiB that a request may have, normalising would take minutes. */
  @Test
  @Timeout(60)
  void normalisesNothingThatIsTooLong() {
    String marks = "a" + "\u0301".repeat(250_000) + "\u0316".repeat(250_000);
    assertThat(Names.wrongWithFilename(marks)).isPresent();
    assertThat(Names.wrongWithObjectKey(marks)).isPresent();
  }

  /** U+0958 becomes two characters: 3 bytes, then 6. */
  @Test
  void boundsHoldInNfcToo() {
    assertThat(Names.wrongWithFilename("\u0958".repeat(170))).isEmpty();
    assertThat(Names.wrongWithFilename("\u0958".repeat(171))).isPresent();
  }

  @Test
  void judgesANameAsItWillBeStored() {
    assertThat(Names.wrongWithObjectKey("e\u0301".repeat(64))).isEmpty();
  }

  @Test
  void writesOneNameInOneWay() {
    assertThat(Names.normal("u\u0308")).isEqualTo("ü");
  }
}
