package io.waybill.client;

import io.waybill.v1.ChecksumAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** A part's checksum as the contract wants it: raw big-endian bytes. */
final class Checksums {

  private static final int BUFFER_BYTES = 128 << 10;

  private Checksums() {}

  /** The checksum of the whole body; no bytes for NONE, without reading it. */
  static byte[] of(ChecksumAlgorithm algorithm, PartBody body) throws IOException {
    return switch (algorithm) {
      case CHECKSUM_ALGORITHM_MD5 -> digest("MD5", body);
      case CHECKSUM_ALGORITHM_SHA256 -> digest("SHA-256", body);
      case CHECKSUM_ALGORITHM_CRC32 -> crc(new CRC32(), Integer.BYTES, body);
      case CHECKSUM_ALGORITHM_CRC32C -> crc(new CRC32C(), Integer.BYTES, body);
      case CHECKSUM_ALGORITHM_CRC64NVME -> crc(new Crc64Nvme(), Long.BYTES, body);
      case CHECKSUM_ALGORITHM_NONE, CHECKSUM_ALGORITHM_UNSPECIFIED -> new byte[0];
      case UNRECOGNIZED ->
          throw new IllegalArgumentException("the server chose a checksum this client cannot make");
    };
  }

  private static byte[] digest(String name, PartBody body) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance(name);
      readAll(body, digest::update);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
  }

  private static byte[] crc(Checksum crc, int width, PartBody body) throws IOException {
    readAll(body, crc::update);
    byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).array();
    return Arrays.copyOfRange(value, Long.BYTES - width, Long.BYTES);
  }

  private static void readAll(PartBody body, Consumer<ByteBuffer> sink) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    for (long position = 0; position < body.sizeBytes(); ) {
      body.read(buffer.clear(), position);
      buffer.flip();
      position += buffer.remaining();
      sink.accept(buffer);
    }
  }
}
