package io.waybill.server.s3.fake;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Checksums as S3 computes them, by S3's names of the algorithms. */
public final class Sums {
  /** The algorithms that the fake knows, in lower case as in the header. */
  static final List<String> ALGORITHMS = List.of("crc32", "crc32c", "crc64nvme", "sha256");

  private Sums() {}

  /** The raw checksum of some bytes. */
  public static byte[] of(String algorithm, byte[] bytes) {
    return switch (algorithm) {
      case "crc32" -> Arrays.copyOfRange(crc(new CRC32(), bytes), 4, 8);
      case "crc32c" -> Arrays.copyOfRange(crc(new CRC32C(), bytes), 4, 8);
      case "crc64nvme" -> crc(new Crc64Nvme(), bytes);
      case "sha256" -> digest("SHA-256", bytes);
      case "md5" -> digest("MD5", bytes);
      default -> throw new IllegalArgumentException(algorithm);
    };
  }

  static String base64(String algorithm, byte[] bytes) {
    return Base64.getEncoder().encodeToString(of(algorithm, bytes));
  }

  static String md5Hex(byte[] bytes) {
    return HexFormat.of().formatHex(of("md5", bytes));
  }

  /** The checksum of the parts' checksums, raw. */
  public static byte[] composite(String algorithm, List<byte[]> partSums) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    partSums.forEach(all::writeBytes);
    return of(algorithm, all.toByteArray());
  }

  private static byte[] crc(Checksum crc, byte[] bytes) {
    crc.update(bytes, 0, bytes.length);
    return ByteBuffer.allocate(8).putLong(crc.getValue()).array();
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has " + algorithm, e);
    }
  }
}
