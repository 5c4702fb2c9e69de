package io.waybill.client;

import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import java.io.IOException;
import java.util.Arrays;

/** Whether the object that an upload has become is made of a source's bytes. */
final class ObjectProof {

  private final Upload upload;
  private final HeldParts held;
  private final HeldParts ours;
  private final PartSource source;
  private final PartPlan plan;

  /**
   * Needs the upload COMPLETED.
   *
   * @param held the parts that the object is made of, by the ledger
   * @param ours the parts that were compared with the source, or sent from it
   */
  ObjectProof(Upload upload, HeldParts held, HeldParts ours, PartSource source) {
    this.upload = upload;
    this.held = held;
    this.ours = ours;
    this.source = source;
    this.plan = PartPlan.of(upload);
  }

  /**
   * Reads the whole source and compares it. A stream that was read already is compared by the
   * checksums of its parts, as far as the ledger has them.
   *
   * @return false if no checksum tells
   * @throws OtherSourceException if it is another one
   */
  boolean check() throws IOException {
    if (!source.isRepeatable() && ours.hasAll()) {
      ours.checkAgainst(held);
      return held.hasAll();
    } else if (hasOneOfTheWhole()) {
      compareWhole();
    } else if (held.hasAll()) {
      for (int number = 1; number <= plan.partCount(); number++) {
        try (PartBody body = part(number)) {
          held.check(number, body);
        }
      }
    } else {
      return false;
    }
    return true;
  }

  private boolean hasOneOfTheWhole() {
    return !upload.getObject().getChecksum().isEmpty()
        && switch (upload.getChecksumAlgorithm()) {
          case CHECKSUM_ALGORITHM_CRC32,
              CHECKSUM_ALGORITHM_CRC32C,
              CHECKSUM_ALGORITHM_CRC64NVME,
              CHECKSUM_ALGORITHM_SHA256 ->
              true;
          default -> false;
        };
  }

  private void compareWhole() throws IOException {
    ChecksumAlgorithm algorithm = upload.getChecksumAlgorithm();
    boolean ofHashes =
        algorithm == ChecksumAlgorithm.CHECKSUM_ALGORITHM_SHA256
            && upload.getMode() == UploadMode.UPLOAD_MODE_MULTIPART;
    Checksums.Sum whole = Checksums.sum(algorithm);
    for (int number = 1; number <= plan.partCount(); number++) {
      try (PartBody body = part(number)) {
        if (ofHashes) {
          whole.add(Checksums.of(algorithm, body));
        } else {
          whole.add(body);
        }
      }
    }
    if (!Arrays.equals(whole.value(), upload.getObject().getChecksum().toByteArray())) {
      throw new OtherSourceException(
          "the upload was completed already, and its object is not this file's (or stream's)");
    }
  }

  private PartBody part(int number) throws IOException {
    return source.part(plan.offset(number), plan.size(number));
  }
}
