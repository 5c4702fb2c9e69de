package io.waybill.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A token in a file, which somebody renews: what was read is good for a second. */
final class TokenFile implements Supplier<String> {
  private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private record Read(String token, long atNanos) {
    @Override
    public String toString() {
      return "Read at " + atNanos;
    }
  }

  private final Path file;
  private final LongSupplier nanoTime;
  private volatile @Nullable Read last;

  TokenFile(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the file cannot be read or holds no token
   */
  @Override
  public String get() {
    Read known = last;
    long now = nanoTime.getAsLong();
    if (known != null && now - known.atNanos < GOOD_NANOS) {
      return known.token;
    }
    Read read = new Read(read(), now);
    last = read;
    return read.token;
  }

  /** The messages name the file, and have nothing of its content. */
  private String read() {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(BearerToken.MAX_LENGTH + 1);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + ": " + reason(e), e);
    }
    try {
      // Any bytes are characters so, and those that are not ASCII are refused as such.
      return BearerToken.checked(new String(bytes, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    return e instanceof AccessDeniedException ? "permission denied" : "cannot be read";
  }
}
