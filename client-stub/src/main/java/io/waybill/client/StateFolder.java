package io.waybill.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the state files are. */
record StateFolder(Path folder) {

  /** Sessions live 6 days unless the operator says more; each resume makes its file young again. */
  static final Duration MAX_AGE = Duration.ofDays(30);

  private static final Pattern OURS = Pattern.compile("[0-9a-f]{64}|new-.*\\.tmp");

  /**
   * {@code $XDG_STATE_HOME/waybill/uploads}, else {@code $HOME/.waybill/uploads}, else the same in
   * the home that Java knows, which in a container is not always one; none where none of these is
   * an absolute path that Java could read.
   */
  static Optional<StateFolder> byDefault(Map<String, String> environment, String userHome) {
    return absolute(environment.getOrDefault("XDG_STATE_HOME", ""))
        .map(state -> state.resolve("waybill"))
        .or(() -> inHome(environment.getOrDefault("HOME", "")))
        .or(() -> inHome(userHome))
        .map(folder -> new StateFolder(folder.resolve("uploads")));
  }

  private static Optional<Path> inHome(String home) {
    return absolute(home).map(path -> path.resolve(".waybill"));
  }

  private static Optional<Path> absolute(String text) {
    try {
      // U+FFFD stands for bytes that the locale's encoding does not have: another folder's name.
      return text.indexOf('\ufffd') < 0
          ? Optional.of(Path.of(text)).filter(Path::isAbsolute)
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
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
