package io.waybill.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the state files are. */
record StateFolder(Path folder) {

  /** Sessions live 6 days unless the operator says more; each resume makes its file young again. */
  static final Duration MAX_AGE = Duration.ofDays(30);

  private static final Pattern OURS = Pattern.compile("[0-9a-f]{64}|new-.*\\.tmp");

  /**
   * {@code $XDG_STATE_HOME/waybill/uploads}, else {@code $HOME/.waybill/uploads}, else the same in
   * the home that Java knows, which in a container is not always one.
   */
  static StateFolder byDefault(Map<String, String> environment, String userHome) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    if (!state.isEmpty() && Path.of(state).isAbsolute()) {
      return new StateFolder(Path.of(state, "waybill", "uploads"));
    }
    String home = environment.getOrDefault("HOME", "");
    return new StateFolder(Path.of(home.isEmpty() ? userHome : home, ".waybill", "uploads"));
  }

  /** The file of one upload. */
  ResumeFile file(String fingerprint) {
    return ResumeFile.at(folder.resolve(fingerprint));
  }

  /** Removes what nobody will resume. What cannot be removed stays. */
  void sweep(Instant now) {
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(file -> isStale(file, now)).forEach(StateFolder::remove);
    } catch (IOException e) {
      // There is none yet, or it is not ours to read.
    }
  }

  private static boolean isStale(Path file, Instant now) {
    try {
      return OURS.matcher(file.getFileName().toString()).matches()
          && Files.isRegularFile(file)
          && Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(MAX_AGE));
    } catch (IOException e) {
      return false;
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Another time.
    }
  }
}
