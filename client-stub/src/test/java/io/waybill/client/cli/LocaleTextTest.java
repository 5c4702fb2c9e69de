package io.waybill.client.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/** FAULTS 3: what text counts as lost. */
class LocaleTextTest {

  private static LocaleText in(Charset encoding) {
    return new LocaleText(encoding, "C", "/");
  }

  private static String decoded(String text, Charset wrong) {
    return new String(text.getBytes(UTF_8), wrong);
  }

  @Test
  void takesWhatWasDecoded() {
    for (String text : new String[] {"", "plain.txt", "na\u00efve-\u65e5\u672c.txt"}) {
      assertThat(in(UTF_8).checked(text)).isEqualTo(text);
    }
    assertThat(in(US_ASCII).checked("plain.txt")).isEqualTo("plain.txt");
    assertThat(in(ISO_8859_1).checked("na\u00efve.txt")).isEqualTo("na\u00efve.txt");
    // Two bytes a character: what looks like UTF-8 by chance is not, U+8054 U+901A being the known
    // case.
    assertThat(in(Charset.forName("GBK")).checked("\u8054\u901a")).isEqualTo("\u8054\u901a");
  }

  @Test
  void namesTheLocaleAndWhatToDo() {
    for (Charset wrong : new Charset[] {US_ASCII, ISO_8859_1}) {
      assertThatThrownBy(() -> in(wrong).checked(decoded("na\u00efve", wrong)))
          .isInstanceOf(TypeConversionException.class)
          .hasMessage(
              "the text cannot be read in the encoding of the locale C, "
                  + wrong
                  + "; set LC_ALL=C.UTF-8");
    }
    assertThatThrownBy(() -> in(UTF_8).checked(new String(new byte[] {'n', (byte) 0xef}, UTF_8)))
        .hasMessage(
            "the text contains U+FFFD, or bytes that are not UTF-8, the encoding of the locale C");
  }

  @Test
  void findsTheLocaleAsTheSystemDoes() {
    assertThat(LocaleText.locale(Map.of())).isEqualTo("C");
    assertThat(LocaleText.locale(Map.of("LANG", "de_DE", "LC_ALL", ""))).isEqualTo("de_DE");
    assertThat(LocaleText.locale(Map.of("LANG", "a", "LC_CTYPE", "b"))).isEqualTo("b");
    assertThat(LocaleText.locale(Map.of("LC_CTYPE", "b", "LC_ALL", "c"))).isEqualTo("c");
  }
}
