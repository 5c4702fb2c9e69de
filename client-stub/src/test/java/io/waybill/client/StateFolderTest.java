package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateFolderTest {

  private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "/state, /home/me, /state/waybill/uploads",
    "state, /home/me, /home/me/.waybill/uploads",
    "'', /home/me, /home/me/.waybill/uploads",
    "'', '', /java/.waybill/uploads",
    "'', me, /java/.waybill/uploads",
    "/st\ufffd\ufffdte, /home/me, /home/me/.waybill/uploads",
  })
  void isWhereTheEnvironmentSays(String state, String home, Path expected) {
    var environment = Map.of("XDG_STATE_HOME", state, "HOME", home);

    assertThat(StateFolder.byDefault(environment, "/java")).contains(new StateFolder(expected));
  }

  @Test
  void isNowhereWithoutAnAbsolutePathThatCouldBeRead() {
    assertThat(StateFolder.byDefault(Map.of(), "?")).isEmpty();
    assertThat(StateFolder.byDefault(Map.of("HOME", "/home/j\ufffd\ufffdrg"), "")).isEmpty();
  }

  @Test
  void removesItsOwnFilesWhenTheyAreOld() throws Exception {
    Path old = file("a".repeat(64), Duration.ofDays(31));
    Path halfWritten = file("new-1.tmp", Duration.ofDays(31));
    Path young = file("b".repeat(64), Duration.ofDays(29));
    Path foreign = file("notes.txt", Duration.ofDays(31));

    new StateFolder(folder).sweep(NOW);

    assertThat(old).doesNotExist();
    assertThat(halfWritten).doesNotExist();
    assertThat(young).exists();
    assertThat(foreign).exists();
  }

  @Test
  void mindsNoFolderThatIsNotThere() {
    new StateFolder(folder.resolve("nothing")).sweep(NOW);
  }

  private Path file(String name, Duration age) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "");
    return Files.setLastModifiedTime(file, FileTime.from(NOW.minus(age)));
  }
}
