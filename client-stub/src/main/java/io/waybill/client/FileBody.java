package io.waybill.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part that is a region of a file: read at need, never held. */
final class FileBody implements PartBody {

  private final FileChannel channel;
  private final long offset;
  private final long sizeBytes;
  private final boolean ownsChannel;

  /** A region of a file that others read too; closing the body leaves the channel open. */
  static FileBody region(FileChannel shared, long offset, long sizeBytes) {
    return new FileBody(shared, offset, sizeBytes, false);
  }

  /** A whole file of its own; closing the body closes the channel. */
  static FileBody whole(FileChannel own, long sizeBytes) {
    return new FileBody(own, 0, sizeBytes, true);
  }

  private FileBody(FileChannel channel, long offset, long sizeBytes, boolean ownsChannel) {
    this.channel = channel;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
    this.ownsChannel = ownsChannel;
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(ByteBuffer buffer, long position) throws IOException {
    long left = sizeBytes - position;
    if (left < buffer.remaining()) {
      buffer.limit(buffer.position() + (int) left);
    }
    long at = offset + position;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw UploadFailedException.sourceChanged("the file became shorter during the upload");
      }
      at += n;
    }
  }

  @Override
  public void close() throws IOException {
    if (ownsChannel) {
      channel.close();
    }
  }
}
