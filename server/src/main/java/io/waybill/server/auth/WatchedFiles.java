package io.waybill.server.auth;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Files that belong together, read again when what stands in any of them changes. Compared is the
 * content: a renewed certificate may keep its key, and a time stamp may be as coarse as a second.
 */
public final class WatchedFiles {
  private static final System.Logger LOG = System.getLogger(WatchedFiles.class.getName());

  /** Certificates, keys, JWKS: none of them is longer. */
  private static final long MAX_BYTES = 1 << 20;

  /** What to do with the files. */
  @FunctionalInterface
  public interface Loader {
    /** Takes the files over as they are now, or throws and leaves everything as it was. */
    void load() throws Exception;
  }

  private final List<Path> files;
  private final Loader loader;
  private List<ByteBuffer> seen;
  private boolean failed;

  private WatchedFiles(List<Path> files, Loader loader, List<ByteBuffer> seen) {
    this.files = files;
    this.loader = loader;
    this.seen = seen;
  }

  /**
   * Loads the files.
   *
   * @throws IOException in one line, where they cannot be read or used
   */
  public static WatchedFiles load(List<Path> files, Loader loader) throws IOException {
    List<ByteBuffer> contents = contents(files);
    try {
      loader.load();
    } catch (Exception e) {
      throw new IOException(files + ": cannot be used: " + e.getMessage(), e);
    }
    return new WatchedFiles(List.copyOf(files), loader, contents);
  }

  /** Loads them again if they changed. Where that fails, the old ones stay, and it is tried on. */
  public synchronized void look() {
    try {
      List<ByteBuffer> now = contents(files);
      if (!now.equals(seen)) {
        loader.load();
        seen = now;
        LOG.log(Level.INFO, "{0} changed, and are in use", files);
      }
      failed = false;
    } catch (Exception e) {
      if (!failed) {
        LOG.log(Level.WARNING, "{0} cannot be used, the old ones stay: {1}", files, e.toString());
      }
      failed = true;
    }
  }

  private static List<ByteBuffer> contents(List<Path> files) throws IOException {
    List<ByteBuffer> contents = new ArrayList<>();
    for (Path file : files) {
      contents.add(ByteBuffer.wrap(content(file)));
    }
    return contents;
  }

  static byte[] content(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + ": larger than " + MAX_BYTES + " bytes");
    }
    return Files.readAllBytes(file);
  }
}
