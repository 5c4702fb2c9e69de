package io.waybill.server.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The keys of a file, read again when it changes. */
final class FileKeys implements SigningKeys {
  private volatile KeySet keys;

  private FileKeys(KeySet keys) {
    this.keys = keys;
  }

  /**
   * Reads the file.
   *
   * @param interval between two looks at it
   * @param onChange told after other keys have come
   */
  static FileKeys open(Path file, Duration interval, Background background, Runnable onChange)
      throws IOException {
    FileKeys made = new FileKeys(read(file));
    WatchedFiles watched =
        WatchedFiles.load(
            List.of(file),
            () -> {
              made.keys = read(file);
              onChange.run();
            });
    background.every(interval, watched::look);
    return made;
  }

  private static KeySet read(Path file) throws IOException {
    try {
      return KeySet.parse(WatchedFiles.content(file));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      throw why.startsWith(file.toString()) ? e : new IOException(file + ": " + why, e);
    }
  }

  @Override
  public List<JWSVerifier> find(JWSHeader header) {
    return keys.find(header);
  }

  /** Without a file that can be used there is no server. */
  @Override
  public CompletableFuture<Void> there() {
    return CompletableFuture.completedFuture(null);
  }
}
