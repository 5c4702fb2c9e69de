package io.waybill.client;

import io.waybill.v1.ChecksumAlgorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/** Checksums as the contract wants them: raw big-endian bytes. */
final class Checksums {

  private Checksums() {}

  /** A checksum over one piece after the other. */
  interface Sum {

    void add(ByteBuffer bytes);

    /** The checksum of all; to be asked for once. */
    byte[] value();

    default void add(byte[] bytes) {
      add(ByteBuffer.wrap(bytes));
    }

    default void add(PartBody body) throws IOException {
      add(body, ByteBuffer.allocate(Buffers.SIZE_BYTES));
    }

    /** Reads the body through a buffer. */
    default void add(PartBody body, ByteBuffer buffer) throws IOException {
      for (long position = 0; position < body.sizeBytes(); ) {
        body.read(buffer.clear(), position);
        buffer.flip();
        position += buffer.remaining();
        add(buffer);
      }
    }
  }

  /** The checksum of the whole body; no bytes for NONE, without reading it. */
  static byte[] of(ChecksumAlgorithm algorithm, PartBody body) throws IOException {
    return of(algorithm, body, ByteBuffer.allocate(Buffers.SIZE_BYTES));
  }

  /** The same, read through a buffer; the CRCs are quickest with one outside the heap. */
  static byte[] of(ChecksumAlgorithm algorithm, PartBody body, ByteBuffer buffer)
      throws IOException {
    if (algorithm == ChecksumAlgorithm.CHECKSUM_ALGORITHM_NONE
        || algorithm == ChecksumAlgorithm.CHECKSUM_ALGORITHM_UNSPECIFIED) {
      return new byte[0];
    }
    Sum sum = sum(algorithm);
    sum.add(body, buffer);
    return sum.value();
  }

  /** Begins a checksum; not for NONE. */
  static Sum sum(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case CHECKSUM_ALGORITHM_MD5 -> digest("MD5");
      case CHECKSUM_ALGORITHM_SHA256 -> digest("SHA-256");
      case CHECKSUM_ALGORITHM_CRC32 -> crc(new CRC32(), Integer.BYTES);
      case CHECKSUM_ALGORITHM_CRC32C -> crc(new CRC32C(), Integer.BYTES);
      case CHECKSUM_ALGORITHM_CRC64NVME -> crc(new Crc64Nvme(), Long.BYTES);
      case CHECKSUM_ALGORITHM_NONE, CHECKSUM_ALGORITHM_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the server chose a checksum this client cannot make");
    };
  }

  private static Sum digest(String name) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + name, e);
    }
    return new Sum() {
      @Override
      public void add(ByteBuffer bytes) {
        digest.update(bytes);
      }

      @Override
      public byte[] value() {
        return digest.digest();
      }
    };
  }

  private static Sum crc(Checksum crc, int width) {
    return new Sum() {
      @Override
      public void add(ByteBuffer bytes) {
        crc.update(bytes);
      }

      @Override
      public byte[] value() {
        byte[] value = ByteBuffer.allocate(Long.BYTES).putLong(crc.getValue()).array();
        return Arrays.copyOfRange(value, Long.BYTES - width, Long.BYTES);
      }
    };
  }
}
