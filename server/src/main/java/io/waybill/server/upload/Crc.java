package io.waybill.server.upload;

import java.util.List;

/**
 * The checksum of a whole from those of its parts, for CRCs as S3 uses them (reflected, all ones
 * before and after): appending n bytes multiplies by x^8n in the polynomials over GF(2), modulo the
 * CRC's own.
 *
 * @see <a href="https://stackoverflow.com/q/23122312">Mark Adler on combining CRCs</a>
 */
final class Crc {
  private final int widthBits;
  private final long polynomial;

  private Crc(int widthBits, long polynomial) {
    this.widthBits = widthBits;
    this.polynomial = polynomial;
  }

  /** The CRC behind an algorithm that {@linkplain ChecksumAlgorithm#isFullObject has one}. */
  static Crc of(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case CRC32 -> new Crc(32, 0xEDB88320L);
      case CRC32C -> new Crc(32, 0x82F63B78L);
      case CRC64NVME -> new Crc(64, 0x9A6C9329AC4BC9B5L);
      default -> throw new IllegalArgumentException(algorithm + " is no CRC");
    };
  }

  /** The CRC of all the parts one after another. */
  Checksum combine(List<Long> partSizesBytes, List<Checksum> partCrcs) {
    long crc = 0;
    for (int i = 0; i < partCrcs.size(); i++) {
      crc = multiply(xPower(partSizesBytes.get(i)), crc) ^ toLong(partCrcs.get(i));
    }
    byte[] bytes = new byte[widthBits / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (crc >>> (widthBits - 8 * (i + 1)));
    }
    return Checksum.of(bytes);
  }

  private static long toLong(Checksum crc) {
    long value = 0;
    for (byte b : crc.toBytes()) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }

  /** x^(8n); the reflected form has x^0 in the highest bit. */
  private long xPower(long bytes) {
    long result = 1L << (widthBits - 1);
    long square = result >>> 8; // x^8
    for (long n = bytes; n > 0; n >>>= 1) {
      if ((n & 1) == 1) {
        result = multiply(square, result);
      }
      square = multiply(square, square);
    }
    return result;
  }

  private long multiply(long a, long b) {
    long product = 0;
    long term = b;
    for (int bit = widthBits - 1; bit >= 0; bit--) {
      if ((a >>> bit & 1) == 1) {
        product ^= term;
      }
      term = (term & 1) == 1 ? term >>> 1 ^ polynomial : term >>> 1;
    }
    return product;
  }
}
