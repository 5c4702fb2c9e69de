package io.waybill.client;

import io.waybill.v1.SignedPart;
import org.jspecify.annotations.Nullable;

/**
 * A part to send.
 *
 * @param number the part's number, from 1
 * @param body its bytes; whoever takes the task closes it
 * @param signed its signed request, where it could be signed without a checksum
 */
record PartTask(int number, PartBody body, @Nullable SignedPart signed) {

  /** Without the signed URL. */
  @Override
  public String toString() {
    return "PartTask " + number;
  }
}
