package io.waybill.client;

import io.waybill.v1.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Uploads files and streams: plans with Waybill, sends the parts straight to S3, several at a time,
 * and completes. Immutable and thread-safe; make one and keep it. It needs a few hundred KiB of
 * heap per connection, whatever the file's size.
 *
 * <p>A file's upload survives the process: its session is remembered in a small state file, so the
 * same call for the unchanged file sends only what is missing.
 *
 * <p>Another path, size, mtime, or other options make another upload. Where those are the same, the
 * parts that have arrived are compared with the file by their checksums before anything is sent. If
 * they differ, the old session is aborted and the file is sent whole under a new one. Parts without
 * checksums ({@code NONE}, {@code MD5}, a store that returns none) are believed only where the
 * file's inode and ctime are those that the upload was begun with. So without checksums one change
 * cannot be seen: other bytes under the same size, mtime, inode and ctime, which takes a clock that
 * was set back, a write through a memory map that the file system has not noted yet, or a file
 * system without inodes and ctimes (Windows has neither).
 *
 * <p>Two processes may send different files into one upload, where its id is given to both. The
 * parts' checksums are compared with the ledger's before Complete and after it, so neither process
 * reports success for a mixture. Two gaps remain: parts reported between the comparison and
 * Complete may still be made into an object, though both processes then fail with SOURCE_CHANGED;
 * and parts without checksums cannot be compared.
 */
public final class Uploader {

  /**
   * What all uploads of an uploader share.
   *
   * @param client the server
   * @param put sends to S3
   * @param buffers to hash with
   * @param backoff for parts
   * @param clock tells when a URL has ended
   * @param parallel how many parts are sent at a time
   */
  record Setup(
      WaybillClient client,
      PartPut put,
      Buffers buffers,
      Backoff backoff,
      Clock clock,
      int parallel) {}

  private final Setup setup;
  private final @Nullable StateFolder stateFolder;

  private Uploader(Setup setup, @Nullable StateFolder stateFolder) {
    this.setup = setup;
    this.stateFolder = stateFolder;
  }

  /** Begins an uploader. The client stays the caller's to close. */
  public static Builder builder(WaybillClient client) {
    return new Builder(client);
  }

  /** Whether the same call can resume a file's upload that ended before. */
  public boolean keepsStateFiles() {
    return stateFolder != null;
  }

  /** Uploads a file with default options; see {@link #upload(Path, UploadOptions)}. */
  public Upload upload(Path file) throws IOException, InterruptedException {
    return upload(file, UploadOptions.defaults());
  }

  /**
   * Uploads a file and waits for it. An interrupt stops the upload and leaves it resumable.
   *
   * @return the COMPLETED upload with its object
   * @throws IOException if the file cannot be opened
   * @throws UploadFailedException if the upload failed
   */
  public Upload upload(Path file, UploadOptions options) throws IOException, InterruptedException {
    return awaitOrCancel(start(file, options, progress -> {}));
  }

  /**
   * Uploads a stream of known length and waits for it; see {@link #start(InputStream, long,
   * UploadOptions, ProgressListener)}. An interrupt stops the upload and leaves it resumable.
   *
   * @return the COMPLETED upload with its object
   * @throws UploadFailedException if the upload failed
   */
  public Upload upload(InputStream stream, long sizeBytes, UploadOptions options)
      throws InterruptedException {
    return awaitOrCancel(start(stream, sizeBytes, options, progress -> {}));
  }

  private static Upload awaitOrCancel(UploadHandle handle) throws InterruptedException {
    try {
      return handle.await();
    } catch (InterruptedException e) {
      handle.cancel();
      throw e;
    }
  }

  /**
   * Starts to upload a file, and returns at once. The file must not change meanwhile: if its size
   * or mtime does, the upload fails with SOURCE_CHANGED before it is completed; if only its inode
   * or ctime does, the whole file is compared with what was sent, and fails where that is not
   * possible.
   *
   * @throws IOException if the file cannot be opened, or if the options have no filename and the
   *     file's has bytes that are not characters in the locale's encoding
   */
  public UploadHandle start(Path file, UploadOptions options, ProgressListener listener)
      throws IOException {
    UploadOptions named =
        options.named(
            options.filename().isEmpty() ? filename(file) : "",
            Objects.toString(Files.probeContentType(file), ""));
    FileSource source = new FileSource(file);
    try {
      FileIdentity identityAtStart = source.identityAtStart();
      ResumeFile memory = memory(file, identityAtStart, named);
      Opening opening =
          new Opening(
              setup.client(),
              named,
              identityAtStart.sizeBytes(),
              memory,
              identityAtStart.inodeAndCtime());
      return start(source, opening, memory, listener);
    } catch (Throwable e) {
      source.close();
      throw e;
    }
  }

  /**
   * Starts to upload a stream, and returns at once. Parts in flight are kept in memory while they
   * have 32 MiB together at most (part size times parallel), else in temporary files. The stream is
   * read to its end and not closed. To resume, give the upload's id and the same stream from its
   * beginning; parts that S3 has already are compared by their checksums, and not sent.
   *
   * @param sizeBytes how many bytes the stream has, exactly
   */
  public UploadHandle start(
      InputStream stream, long sizeBytes, UploadOptions options, ProgressListener listener) {
    StreamSource source = new StreamSource(stream, sizeBytes, setup.parallel());
    ResumeFile memory = ResumeFile.none();
    Opening opening =
        new Opening(setup.client(), options, sizeBytes, memory, FileIdentity.NO_INODE);
    return start(source, opening, memory, listener);
  }

  /** Where Java cannot decode a name, its text is that of another file. */
  private static String filename(Path file) throws IOException {
    Path name = file.getFileName();
    if (name == null) {
      return "";
    }
    try {
      if (file.getFileSystem().getPath(name.toString()).equals(name)) {
        return name.toString();
      }
    } catch (InvalidPathException e) {
      // has no such characters: said below
    }
    throw new IOException(
        "the file's name cannot be read in the locale's encoding; set LC_ALL=C.UTF-8, or name it with"
            + " UploadOptions.filename");
  }

  private UploadHandle start(
      PartSource source, Opening opening, ResumeFile memory, ProgressListener listener) {
    ProgressMeter meter = new ProgressMeter(source.sizeBytes(), listener);
    PauseGate gate = new PauseGate();
    UploadRun run = new UploadRun(setup, source, opening, gate, meter);
    UploadHandle handle = new UploadHandle(setup.client(), run, source, memory, gate, meter);
    handle.start();
    return handle;
  }

  private ResumeFile memory(Path file, FileIdentity identityAtStart, UploadOptions options) {
    if (stateFolder == null || !options.requestId().isEmpty() || !options.uploadId().isEmpty()) {
      return ResumeFile.none();
    }
    stateFolder.sweep(setup.clock().instant());
    return stateFolder.file(
        Fingerprint.of(
            setup.client().target(),
            file,
            identityAtStart.sizeBytes(),
            identityAtStart.modified(),
            options));
  }

  /** What an uploader is made of. Every setting has a default. */
  public static final class Builder {

    private static final Duration MIN_STALL = Duration.ofSeconds(1);
    private static final Duration MAX_STALL = Duration.ofHours(1);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final WaybillClient client;
    private int parallel = 4;
    private Duration stallTimeout = Duration.ofSeconds(60);
    private RetryPolicy retry = RetryPolicy.defaults();
    private @Nullable StateFolder stateFolder =
        StateFolder.byDefault(System.getenv(), System.getProperty("user.home", "")).orElse(null);
    private @Nullable HttpClient http;
    private @Nullable Backoff backoff;
    private Clock clock = Clock.systemUTC();

    private Builder(WaybillClient client) {
      this.client = client;
    }

    /** How many parts of one upload are sent at a time, 1 to 64. Default: 4. */
    public Builder parallel(int connections) {
      if (connections < 1 || connections > 64) {
        throw new IllegalArgumentException("parallel must be 1 to 64, not " + connections);
      }
      parallel = connections;
      return this;
    }

    /**
     * How long a connection to S3 may take no byte before its PUT is given up and tried again, 1
     * second to 1 hour. Bytes are taken 128 KiB at a time, so it has to be longer than those need.
     * However slow a connection is, it is not given up while it takes them. The answer after a
     * part's last byte has 2 minutes, and a second for every 16 MiB of the part. Default: 60
     * seconds.
     */
    public Builder stallTimeout(Duration silence) {
      if (silence.compareTo(MIN_STALL) < 0 || silence.compareTo(MAX_STALL) > 0) {
        throw new IllegalArgumentException("stallTimeout must be 1 s to 1 h, not " + silence);
      }
      stallTimeout = silence;
      return this;
    }

    /** For every part; calls are the client's to repeat. Default: 8 attempts. */
    public Builder retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    /**
     * Where to keep the state files. Default: {@code $XDG_STATE_HOME/waybill/uploads} where that is
     * set, else {@code $HOME/.waybill/uploads}; none where neither is an absolute path, see {@link
     * Uploader#keepsStateFiles}. Those older than 30 days are removed.
     */
    public Builder stateFolder(Path folder) {
      stateFolder = new StateFolder(folder);
      return this;
    }

    /** Keeps no state files: every call starts an upload of its own. */
    public Builder withoutStateFiles() {
      stateFolder = null;
      return this;
    }

    /**
     * For S3 behind a private CA, or a proxy that Java's settings do not name. Default: 10 seconds
     * to connect, no redirects; and plain HTTP without a proxy goes over sockets of the uploader's
     * own, which takes less CPU.
     */
    public Builder httpClient(HttpClient client) {
      http = client;
      return this;
    }

    /** For tests: no real waits, no real time. */
    Builder timing(Backoff testBackoff, Clock testClock) {
      backoff = testBackoff;
      clock = testClock;
      return this;
    }

    /** The uploader. */
    public Uploader build() {
      Buffers buffers = new Buffers();
      Backoff waits = backoff == null ? Backoff.of(retry) : backoff;
      return new Uploader(
          new Setup(client, put(buffers), buffers, waits, clock, parallel), stateFolder);
    }

    private PartPut put(Buffers buffers) {
      Patience patience = Patience.withStall(stallTimeout);
      if (http != null) {
        return new HttpClientPut(http, patience);
      }
      HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
      return new PutRoute(
          new SocketPut(buffers, CONNECT_TIMEOUT, patience), new HttpClientPut(client, patience));
    }
  }
}
