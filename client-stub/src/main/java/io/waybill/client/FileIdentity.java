package io.waybill.client;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * A file's size, mtime, inode and ctime, as the file system reports them.
 *
 * @param sizeBytes the file's size
 * @param modified the mtime, which {@code cp -p}, rsync, tar and snapshots give to other bytes too
 * @param inodeAndCtime the inode's number and its ctime, which no program can set; {@link
 *     #NO_INODE} where the file system has none
 */
record FileIdentity(long sizeBytes, FileTime modified, String inodeAndCtime) {

  static final String NO_INODE = "none";

  /**
   * Asks the file system, once, so that all attributes are of one moment.
   *
   * @throws IOException if the path leads to no regular file
   */
  static FileIdentity of(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
      requireRegular(file, basic.isRegularFile());
      return new FileIdentity(basic.size(), basic.lastModifiedTime(), NO_INODE);
    }
    Map<String, Object> unix =
        Files.readAttributes(file, "unix:isRegularFile,size,lastModifiedTime,ino,ctime");
    requireRegular(file, Boolean.TRUE.equals(unix.get("isRegularFile")));
    return new FileIdentity(
        (Long) requireNonNull(unix.get("size")),
        (FileTime) requireNonNull(unix.get("lastModifiedTime")),
        "inode " + unix.get("ino") + " ctime " + unix.get("ctime"));
  }

  private static void requireRegular(Path file, boolean regular) throws IOException {
    if (!regular) {
      throw new IOException(file + " is not a regular file, so its size is unknown");
    }
  }

  /** Whether size and mtime are another's: then the bytes count as changed, without a look. */
  boolean hasOtherSizeOrTime(FileIdentity other) {
    return sizeBytes != other.sizeBytes || !modified.equals(other.modified);
  }
}
