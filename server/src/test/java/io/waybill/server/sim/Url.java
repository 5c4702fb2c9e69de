package io.waybill.server.sim;

import io.waybill.server.upload.UploadSpec;
import java.time.Instant;

/**
 * A signed URL, as S3 reads it.
 *
 * @param storageUploadId empty for a single PUT
 */
record Url(
    UploadSpec spec,
    String storageUploadId,
    int number,
    long sizeBytes,
    Instant end,
    boolean ifNoneMatch) {

  boolean isSingle() {
    return storageUploadId.isEmpty();
  }

  /** The same for fewer bytes: not every store compares them with what was signed. */
  Url ofOtherSize() {
    return new Url(spec, storageUploadId, number, sizeBytes - 1, end, ifNoneMatch);
  }
}
