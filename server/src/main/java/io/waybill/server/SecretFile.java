package io.waybill.server;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;

/** A secret of this server in a file that only its user can read. */
final class SecretFile {
  private static final int MADE_BYTES = 32;
  private static final int MAX_BYTES = 4_096;

  private SecretFile() {}

  /**
   * Reads a secret that has to be there.
   *
   * @throws IOException in one line, where it is not, or is shorter
   */
  static byte[] read(Path file, int leastBytes) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file");
    }
    long size = Files.size(file);
    if (size < leastBytes || size > MAX_BYTES) {
      throw new IOException(
          "%s: %d to %d bytes, not %d".formatted(file, leastBytes, MAX_BYTES, size));
    }
    return Files.readAllBytes(file);
  }

  /** Reads a secret, or makes it where it is not there; one of several processes makes it. */
  static byte[] readOrMake(Path file, int leastBytes) throws IOException {
    if (!Files.exists(file)) {
      make(file);
    }
    return read(file, leastBytes);
  }

  private static void make(Path file) throws IOException {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    try {
      Files.createDirectories(folder); // nobody else has, where the database lives elsewhere
    } catch (IOException e) {
      throw new IOException("cannot make the directory " + folder, e);
    }
    byte[] random = new byte[MADE_BYTES];
    new SecureRandom().nextBytes(random);
    // Whole or not at all: it is written beside, then linked to its name, which fails where
    // somebody was faster.
    Path whole = folder.resolve(file.getFileName() + "." + HexFormat.of().formatHex(random, 0, 4));
    byte[] secret = HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII);
    try (FileChannel out =
        FileChannel.open(
            whole,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            onlyOurs(folder))) {
      Channels.newOutputStream(out).write(secret);
      out.force(true);
    }
    try {
      name(whole, file);
    } catch (FileAlreadyExistsException e) {
      // Then that one it is.
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  private static void name(Path whole, Path file) throws IOException {
    try {
      Files.createLink(file, whole);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) { // a file system without links
      Files.move(whole, file);
    }
  }

  private static FileAttribute<?>[] onlyOurs(Path folder) throws IOException {
    FileStore store = Files.getFileStore(folder);
    return store.supportsFileAttributeView(PosixFileAttributeView.class)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
