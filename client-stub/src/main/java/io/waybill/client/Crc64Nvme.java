package io.waybill.client;

import java.util.zip.Checksum;

/**
 * CRC-64/NVME as S3 uses it: reflected, polynomial 0xAD93D23594C93659, all ones before and after.
 * The check value of "123456789" is 0xAE8B14860A799888 (the CRC RevEng catalogue). Eight tables
 * take eight bytes at a step.
 */
final class Crc64Nvme implements Checksum {

  private static final long REFLECTED_POLYNOMIAL = 0x9A6C9329AC4BC9B5L;
  private static final long[][] TABLES = tables();

  private long state = -1;

  private static long[][] tables() {
    long[][] tables = new long[8][256];
    for (int b = 0; b < 256; b++) {
      long crc = b;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ (-(crc & 1) & REFLECTED_POLYNOMIAL);
      }
      tables[0][b] = crc;
    }
    for (int b = 0; b < 256; b++) {
      for (int t = 1; t < 8; t++) {
        long before = tables[t - 1][b];
        tables[t][b] = (before >>> 8) ^ tables[0][(int) before & 0xFF];
      }
    }
    return tables;
  }

  @Override
  public void update(int b) {
    state = (state >>> 8) ^ TABLES[0][((int) state ^ b) & 0xFF];
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    for (; i + 8 <= end; i += 8) {
      long s = state;
      long next = 0;
      for (int t = 0; t < 8; t++) {
        next ^= TABLES[7 - t][((int) (s >>> (8 * t)) ^ bytes[i + t]) & 0xFF];
      }
      state = next;
    }
    for (; i < end; i++) {
      update(bytes[i]);
    }
  }

  @Override
  public long getValue() {
    return ~state;
  }

  @Override
  public void reset() {
    state = -1;
  }
}
