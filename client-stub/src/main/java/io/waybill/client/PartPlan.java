package io.waybill.client;

import io.waybill.v1.Upload;

/**
 * Where the parts lie in the file.
 *
 * @param sizeBytes the whole file's size
 * @param partSizeBytes every part's size but the last one's
 * @param partCount how many there are, 1 or more
 */
record PartPlan(long sizeBytes, long partSizeBytes, int partCount) {

  static PartPlan of(Upload upload) {
    return new PartPlan(upload.getSizeBytes(), upload.getPartSizeBytes(), upload.getPartCount());
  }

  /** Where part {@code number} (from 1) begins. */
  long offset(int number) {
    return (number - 1) * partSizeBytes;
  }

  /** How long part {@code number} is. */
  long size(int number) {
    return number < partCount ? partSizeBytes : sizeBytes - offset(number);
  }
}
