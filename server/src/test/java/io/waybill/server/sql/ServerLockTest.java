package io.waybill.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FAULTS 19: a SQLite file is one server's. */
public class ServerLockTest {
  @TempDir Path dir;

  private Path database;
  private Path lock;
  private final List<Process> holders = new ArrayList<>();

  /** A process that has the lock until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      ServerLock held = ServerLock.take(Path.of(arguments[0]));
      System.out.println("held");
      System.in.transferTo(OutputStream.nullOutputStream());
      held.close();
    }
  }

  @BeforeEach
  void makeFile() throws IOException {
    database = Files.createFile(dir.resolve("waybill.db"));
    lock = dir.resolve("waybill.db.lock");
  }

  @AfterEach
  void endHolders() throws InterruptedException {
    for (Process holder : holders) {
      holder.destroyForcibly().waitFor();
    }
  }

  @Test
  void namesTheProcessThatHasItAndIsFreeOnceThatOneIsKilled() throws Exception {
    Process holder = hold(database);

    assertThatThrownBy(() -> ServerLock.take(database))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(
            "the database %s is in use by another server (process %d, since 20"
                .formatted(database, holder.pid()))
        .hasMessageContaining("stop that one, or give this one a data_dir of its own");

    holder.destroyForcibly().waitFor();
    ServerLock.take(database).close();
    assertThat(lock).content().startsWith("process " + ProcessHandle.current().pid() + ",");
  }

  @Test
  void aFileHasOneLockByWhateverLinkItIsReached() throws Exception {
    Path folder = Files.createDirectory(dir.resolve("other"));
    Path other = folder.resolve("linked.db");
    Files.createSymbolicLink(other, database);
    Process holder = hold(other);

    assertThatThrownBy(() -> ServerLock.take(database))
        .hasMessageContaining("in use by another server (process " + holder.pid());
    assertThat(folder.toFile().list()).containsExactly("linked.db");
  }

  @Test
  void aFileThatIsNotThereYetIsLockedBesideItsPlace() throws Exception {
    Path later = dir.resolve("made/later.db");
    Process holder = hold(later);
    Files.createFile(later);

    assertThatThrownBy(() -> ServerLock.take(later))
        .hasMessageContaining("in use by another server (process " + holder.pid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u0000\u0001", "process \u00e9\n"})
  void aHolderThatCannotBeReadIsSaidInWords(String text) throws Exception {
    hold(database);
    Files.write(lock, text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> ServerLock.take(database))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("in use by another server (its process number is not in " + lock)
        .message()
        .hasLineCount(1);
  }

  @Test
  void whatCannotBeLockedIsSaidWithItsReason() throws Exception {
    Files.createDirectory(lock);

    assertThatThrownBy(() -> ServerLock.take(database))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot lock " + lock + ": Is a directory");
  }

  private Process hold(Path file) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            file.toString());
    Path log = dir.resolve("holder.log");
    Process holder = new ProcessBuilder(command).redirectError(log.toFile()).start();
    holders.add(holder);
    assertThat(holder.inputReader().readLine()).as(Files.readString(log)).isEqualTo("held");
    return holder;
  }
}
