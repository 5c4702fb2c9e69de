package io.waybill.server.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes a SQLite file one server's: a server that starts ends the leases of the one before it,
 * which therefore has to be dead. The operating system drops the lock when the process ends,
 * however it ends. A command beside a server ({@code sweep}, {@code usage}) does not need it.
 *
 * <p>It keeps processes apart, not two servers of one process: on POSIX systems the refused attempt
 * of the second would take the first one's lock away.
 */
public final class ServerLock implements AutoCloseable {
  /** Added to the database's file name. */
  private static final String SUFFIX = ".lock";

  /** Behind the text, which has to be readable while the lock is held, on Windows too. */
  private static final long POSITION = 1L << 20;

  private static final int MAX_TEXT_BYTES = 200;

  private final FileChannel channel;

  private ServerLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a database, and makes its directory where it is missing.
   *
   * @param database the SQLite file
   * @throws IOException with one line for the operator, where another server has it or the file
   *     cannot be locked
   */
  public static ServerLock take(Path database) throws IOException {
    Path lock = beside(SqliteDatabase.inUsableDirectory(database));
    @Nullable FileChannel channel;
    try {
      channel = openLocked(lock);
    } catch (IOException e) {
      throw new IOException("cannot lock " + lock + ": " + SqliteDatabase.reason(e), e);
    }
    if (channel == null) {
      throw new IOException(
          ("the database %s is in use by another server (%s): stop that one, or give this one a"
                  + " data_dir of its own; servers that share a database need PostgreSQL")
              .formatted(database, holder(lock)));
    }
    return new ServerLock(channel);
  }

  /** Beside the file itself, which has one lock by whatever links it is reached. */
  private static Path beside(Path database) throws IOException {
    try {
      Path file = Files.exists(database) ? database.toRealPath() : database;
      return file.resolveSibling(file.getFileName() + SUFFIX);
    } catch (IOException e) {
      throw new IOException("cannot read " + database + ": " + SqliteDatabase.reason(e), e);
    }
  }

  /** Null where it is held, in another process or in this one. */
  private static @Nullable FileChannel openLocked(Path lock) throws IOException {
    FileChannel channel =
        FileChannel.open(
            lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!isLocked(channel)) {
        channel.close();
        return null;
      }
      String text =
          "process %d, since %s\n"
              .formatted(
                  ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(POSITION, 1, false) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** What the file says, as far as a server has written it. */
  private static String holder(Path lock) {
    String text;
    try (InputStream in = Files.newInputStream(lock)) {
      text = new String(in.readNBytes(MAX_TEXT_BYTES + 1), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "its process number cannot be read from " + lock + ": " + SqliteDatabase.reason(e);
    }
    boolean readable =
        !text.isEmpty()
            && text.length() <= MAX_TEXT_BYTES
            && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    return readable ? text : "its process number is not in " + lock;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
