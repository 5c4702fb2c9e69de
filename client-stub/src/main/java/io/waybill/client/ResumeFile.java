package io.waybill.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, from one run to the next, which session a file's upload has: three lines, the
 * request_id, the upload_id, and the file's inode and ctime. Written to a temporary file first and
 * then moved, so that after a crash it is there whole or not at all. If it cannot be kept, the
 * upload goes on without.
 */
final class ResumeFile {

  private static final System.Logger LOG = System.getLogger(ResumeFile.class.getName());

  /**
   * What is remembered.
   *
   * @param requestId what the session was started with
   * @param uploadId the session's id; empty where the reply is not known to have come
   * @param inodeAndCtime {@link FileIdentity#inodeAndCtime} of the file that the session was
   *     started for; empty where the state file is of a release that did not write them
   */
  record Saved(String requestId, String uploadId, String inodeAndCtime) {}

  private final @Nullable Path file;

  /** The session that this run goes on with; empty for none yet. */
  private String requestId = "";

  private ResumeFile(@Nullable Path file) {
    this.file = file;
  }

  static ResumeFile at(Path file) {
    return new ResumeFile(file);
  }

  /** Remembers nothing. */
  static ResumeFile none() {
    return new ResumeFile(null);
  }

  Optional<Saved> load() {
    if (file == null || !Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var lines = Files.readAllLines(file);
      return lines.size() < 2 || lines.size() > 3 || lines.get(0).isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Saved(lines.get(0), lines.get(1), lines.size() == 3 ? lines.get(2) : ""));
    } catch (IOException e) {
      return forget("read", e);
    }
  }

  void save(Saved saved) {
    requestId = saved.requestId();
    if (file == null) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      Path temporary = Files.createTempFile(file.getParent(), "new-", ".tmp");
      try {
        write(
            temporary,
            String.join("\n", saved.requestId(), saved.uploadId(), saved.inodeAndCtime(), ""));
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      forget("write", e);
    }
  }

  /** Forgets the session that was saved last, unless another process has begun another since. */
  void delete() {
    if (file == null || load().filter(saved -> !saved.requestId().equals(requestId)).isPresent()) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      forget("delete", e);
    }
  }

  private static void write(Path path, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private Optional<Saved> forget(String what, IOException e) {
    LOG.log(System.Logger.Level.WARNING, "cannot " + what + " the upload's state file: " + e);
    return Optional.empty();
  }
}
