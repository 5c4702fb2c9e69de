package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
  @TempDir Path folder;
  private final AtomicLong now = new AtomicLong();

  @Test
  void isReadAgainWithinASecondOfAChange() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), "first\n");
    TokenFile token = new TokenFile(file, now::get);
    assertThat(token.get()).isEqualTo("first");
    Files.writeString(file, " second ");
    assertThat(token.get()).isEqualTo("first");
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(token.get()).isEqualTo("second");
  }

  @Test
  void saysWhichFileAndNothingOfItsContent() throws Exception {
    Path file = folder.resolve("token");
    TokenFile token = new TokenFile(file, now::get);
    assertThatThrownBy(token::get).hasMessage(file + ": no such file");
    for (String wrong :
        new String[] {"", " \n", "two words", "a\nb", "\u00e9", "x".repeat(1 << 17)}) {
      Files.writeString(file, wrong);
      assertThatThrownBy(token::get)
          .hasMessageStartingWith(file + ": the token ")
          .hasMessageNotContainingAny("two", "words", "xx", "\u00e9");
    }
  }
}
