package io.waybill.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A token in a file, which somebody renews: what was read is good for a second. */
final class TokenFile implements Supplier<String> {
  private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A server takes 8 KiB; whatever is longer is no token. */
  private static final long MAX_BYTES = 64 << 10;

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

  /** Says which file, and nothing of what stands in it. */
  private String read() {
    try {
      String token = Files.size(file) > MAX_BYTES ? "" : Files.readString(file).strip();
      if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
        throw new IllegalStateException(file + " holds no token");
      }
      return token;
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
