package io.waybill.client;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

/**
 * Tells the upload of one unchanged file, with the same options to the same server, from others.
 */
final class Fingerprint {

  private Fingerprint() {}

  /** SHA-256 in hexadecimal. */
  static String of(
      String target, Path file, long sizeBytes, FileTime modified, UploadOptions options) {
    MessageDigest digest = sha256();
    List<Object> identity =
        List.of(
            target,
            file.toAbsolutePath().normalize(),
            sizeBytes,
            modified,
            options.destination(),
            options.objectKey(),
            options.filename(),
            options.contentType(),
            options.partSizeBytes(),
            options.mode(),
            options.checksumAlgorithm(),
            new TreeMap<>(options.metadata()),
            options.sessionTtl());
    for (Object field : identity) {
      byte[] bytes = field.toString().getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
