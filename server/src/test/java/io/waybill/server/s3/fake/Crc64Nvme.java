package io.waybill.server.s3.fake;

import java.util.zip.Checksum;

/**
 * CRC-64/NVME: polynomial ad93d23594c93659, reflected, all ones in and out. Bit by bit into a table
 * of 256, as plain as it can be.
 *
 * @see <a href="https://reveng.sourceforge.io/crc-catalogue/17plus.htm">the CRC catalogue, where
 *     "123456789" gives ae8b14860a799888</a>
 */
public final class Crc64Nvme implements Checksum {
  private static final long[] TABLE = table();

  private long crc = ~0L;

  private static long[] table() {
    long reflected = Long.reverse(0xad93d23594c93659L);
    long[] table = new long[256];
    for (int i = 0; i < 256; i++) {
      long value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = (value & 1) == 0 ? value >>> 1 : value >>> 1 ^ reflected;
      }
      table[i] = value;
    }
    return table;
  }

  @Override
  public void update(int b) {
    crc = TABLE[(int) (crc ^ b) & 0xff] ^ crc >>> 8;
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      update(bytes[i]);
    }
  }

  @Override
  public long getValue() {
    return ~crc;
  }

  @Override
  public void reset() {
    crc = ~0L;
  }
}
