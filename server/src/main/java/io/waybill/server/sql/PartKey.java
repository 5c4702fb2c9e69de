package io.waybill.server.sql;

/** The ledger's key: {@code upload_no << 14 | part_number}. */
final class PartKey {
  /** 2¹⁴ is the power of two above the 10,000 parts S3 allows. */
  static final int BITS = 14;

  private static final int MAX_NUMBER = (1 << BITS) - 1;

  private PartKey() {}

  static long of(long uploadNo, int partNumber) {
    if (partNumber < 0 || partNumber > MAX_NUMBER) {
      throw new IllegalArgumentException("no part number: " + partNumber);
    }
    return uploadNo << BITS | partNumber;
  }

  /** The highest key an upload may have. */
  static long last(long uploadNo) {
    return of(uploadNo, MAX_NUMBER);
  }

  static long uploadNo(long key) {
    return key >> BITS;
  }

  static int partNumber(long key) {
    return (int) (key & MAX_NUMBER);
  }
}
