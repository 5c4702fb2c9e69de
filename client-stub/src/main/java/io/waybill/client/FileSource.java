package io.waybill.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file on disk, read region by region. */
final class FileSource implements PartSource {

  /** Enough for calls that take twice as long as a part of 8 MiB, four connections at a time. */
  private static final int PARTS_AHEAD = 8;

  private final Path file;
  private final FileIdentity identityAtStart;
  private FileIdentity latest;
  private FileChannel channel;

  FileSource(Path file) throws IOException {
    this.file = file;
    // Before it is opened: a file that takes its place in between is then seen as a change.
    this.identityAtStart = FileIdentity.of(file);
    this.latest = identityAtStart;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  @Override
  public long sizeBytes() {
    return identityAtStart.sizeBytes();
  }

  /** What the file system said of the file before its first byte was read. */
  FileIdentity identityAtStart() {
    return identityAtStart;
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

  /** A new inode or ctime alone may be a chmod, a hard link, or the same bytes put back. */
  @Override
  public boolean isUnchanged() throws IOException {
    FileIdentity now = FileIdentity.of(file);
    if (now.hasOtherSizeOrTime(identityAtStart)) {
      throw UploadFailedException.sourceChanged(file + " was changed while it was uploaded");
    }
    boolean same = now.equals(latest);
    if (!same) {
      latest = now;
      channel.close(); // The path may lead to another file by now: that one is to be read.
    }
    return same;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
