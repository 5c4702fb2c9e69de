package io.waybill.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/** A file on disk, read region by region. */
final class FileSource implements PartSource {

  /** Enough for calls that take twice as long as a part of 8 MiB, four connections at a time. */
  private static final int PARTS_AHEAD = 8;

  private final Path file;
  private final long sizeBytes;
  private final FileTime modified;
  private FileChannel channel;

  FileSource(Path file) throws IOException {
    this.file = file;
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new IOException(file + " is not a regular file, so its size is unknown");
    }
    this.sizeBytes = attributes.size();
    this.modified = attributes.lastModifiedTime();
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  /** When the file was last changed, as it was when the upload began. */
  FileTime modified() {
    return modified;
  }

  /** They cost a thread each and no memory, and a server may be some milliseconds away. */
  @Override
  public int partsAhead() {
    return PARTS_AHEAD;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public PartBody part(long offset, long size) throws IOException {
    if (!channel.isOpen()) {
      // An interrupt closes a channel that is being read, and so do workers that were stopped.
      channel = FileChannel.open(file, StandardOpenOption.READ);
    }
    return FileBody.region(channel, offset, size);
  }

  @Override
  public void checkUnchanged() throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    if (now.size() != sizeBytes || !now.lastModifiedTime().equals(modified)) {
      throw UploadFailedException.sourceChanged(file + " was changed while it was uploaded");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
