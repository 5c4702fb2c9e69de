package io.waybill.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A stream of known length, read once. A part has to be there for a second try, so it is kept until
 * S3 has it: in memory while all parts in flight fit into {@link #MEMORY_LIMIT_BYTES}, else in a
 * temporary file.
 */
final class StreamSource implements PartSource {

  static final long MEMORY_LIMIT_BYTES = 32L << 20;

  private static final int COPY_BYTES = 128 << 10;

  private final InputStream stream;
  private final long sizeBytes;
  private final int parallel;
  private long position;

  StreamSource(InputStream stream, long sizeBytes, int parallel) {
    this.stream = stream;
    this.sizeBytes = sizeBytes;
    this.parallel = parallel;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public int partsAhead() {
    return 0;
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public PartBody part(long offset, long size) throws IOException {
    if (offset < position) {
      throw new UploadFailedException(
          UploadFailedException.Kind.SOURCE_SPENT,
          "a part has to be sent again that the stream no longer has;"
              + " resume by the upload's id with a stream from the beginning");
    }
    stream.skipNBytes(offset - position);
    position = offset;
    PartBody body = size * parallel <= MEMORY_LIMIT_BYTES ? inMemory((int) size) : spooled(size);
    position += size;
    return body;
  }

  private PartBody inMemory(int size) throws IOException {
    try {
      return new MemoryBody(stream, size);
    } catch (EOFException e) {
      throw tooShort();
    }
  }

  private PartBody spooled(long size) throws IOException {
    Path file = Files.createTempFile("waybill-", ".part");
    FileChannel spool =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
    PartBody body = FileBody.whole(spool, size);
    try {
      copy(size, spool);
      return body;
    } catch (IOException | RuntimeException e) {
      body.close();
      throw e;
    }
  }

  private void copy(long size, FileChannel spool) throws IOException {
    ReadableByteChannel in = Channels.newChannel(stream);
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    for (long left = size; left > 0; left -= buffer.position()) {
      buffer.clear().limit((int) Math.min(COPY_BYTES, left));
      if (in.read(buffer) < 0) {
        throw tooShort();
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        spool.write(buffer);
      }
    }
  }

  private UploadFailedException tooShort() {
    return UploadFailedException.sourceChanged(
        "the stream ended before the " + sizeBytes + " bytes announced");
  }

  @Override
  public boolean isUnchanged() throws IOException {
    stream.skipNBytes(sizeBytes - position);
    position = sizeBytes;
    if (stream.read() >= 0) {
      throw UploadFailedException.sourceChanged(
          "the stream has more than the " + sizeBytes + " bytes announced");
    }
    return true;
  }

  /** Leaves the stream to its owner. */
  @Override
  public void close() {}
}
