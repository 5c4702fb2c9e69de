package io.waybill.server.upload;

import static io.waybill.server.upload.S3Limits.MAX_OBJECT_BYTES;
import static io.waybill.server.upload.S3Limits.MAX_PARTS;
import static io.waybill.server.upload.S3Limits.MAX_PART_BYTES;
import static io.waybill.server.upload.S3Limits.MIB;
import static io.waybill.server.upload.S3Limits.MIN_PART_BYTES;

/**
 * How a file is cut into parts, numbered from 1: all of one size but the last.
 *
 * @param sizeBytes the file's size, 0 to {@link S3Limits#MAX_OBJECT_BYTES}
 * @param partSizeBytes every part's size but the last one's; the file's size where there is one
 *     part
 */
public record PartPlan(long sizeBytes, long partSizeBytes) {

  public PartPlan {
    if (sizeBytes < 0 || sizeBytes > MAX_OBJECT_BYTES) {
      throw new IllegalArgumentException("size out of range: " + sizeBytes);
    }
    if (partSizeBytes < 0
        || partSizeBytes > MAX_PART_BYTES
        || (partSizeBytes < sizeBytes && partSizeBytes < MIN_PART_BYTES)
        || count(sizeBytes, partSizeBytes) > MAX_PARTS) {
      throw new IllegalArgumentException("part size out of range: " + partSizeBytes);
    }
  }

  /** One part that is the whole file. */
  public static PartPlan whole(long sizeBytes) {
    return new PartPlan(sizeBytes, sizeBytes);
  }

  /**
   * Parts of the wished size, raised to the smallest whole MiB that keeps them at 10,000 or fewer.
   *
   * @param wishedPartBytes 5 MiB to 5 GiB
   */
  public static PartPlan inParts(long sizeBytes, long wishedPartBytes) {
    if (count(sizeBytes, wishedPartBytes) <= MAX_PARTS) {
      return new PartPlan(sizeBytes, Math.min(wishedPartBytes, sizeBytes));
    }
    long smallest = ceilDiv(sizeBytes, MAX_PARTS);
    return new PartPlan(sizeBytes, ceilDiv(smallest, MIB) * MIB);
  }

  /** How many parts there are, 1 to 10,000. An empty file has one empty part. */
  public int partCount() {
    return (int) count(sizeBytes, partSizeBytes);
  }

  public boolean contains(int partNumber) {
    return partNumber >= 1 && partNumber <= partCount();
  }

  /** Where a part begins in the file, in bytes. */
  public long offsetOf(int partNumber) {
    check(partNumber);
    return (partNumber - 1) * partSizeBytes;
  }

  /** How many bytes a part has. */
  public long sizeOf(int partNumber) {
    check(partNumber);
    return partNumber < partCount() ? partSizeBytes : sizeBytes - offsetOf(partNumber);
  }

  private void check(int partNumber) {
    if (!contains(partNumber)) {
      throw new IllegalArgumentException("no part " + partNumber + " in " + this);
    }
  }

  private static long count(long sizeBytes, long partSizeBytes) {
    return sizeBytes == 0 ? 1 : ceilDiv(sizeBytes, partSizeBytes);
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
