package io.waybill.server.upload;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the checksum of an object has to be, put together from those of its parts. */
final class ObjectChecksum {
  private ObjectChecksum() {}

  /**
   * The object's checksum.
   *
   * @param parts all parts, ascending
   * @return empty where a part's checksum is not known, or the algorithm gives none
   */
  static Optional<Checksum> of(UploadSpec spec, List<Part> parts) {
    List<Checksum> checksums = new ArrayList<>();
    for (Part part : parts) {
      if (part.checksum() == null) {
        return Optional.empty();
      }
      checksums.add(part.checksum());
    }
    ChecksumAlgorithm algorithm = spec.algorithm();
    if (checksums.isEmpty() || !algorithm.isDeclaredToStorage()) {
      return Optional.empty();
    }
    if (spec.mode() == UploadMode.SINGLE) {
      return Optional.of(checksums.get(0));
    }
    if (algorithm.isFullObject()) {
      List<Long> sizes = parts.stream().map(Part::sizeBytes).toList();
      return Optional.of(Crc.of(algorithm).combine(sizes, checksums));
    }
    return Optional.of(composite(checksums));
  }

  private static Checksum composite(List<Checksum> checksums) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      checksums.forEach(checksum -> sha256.update(checksum.toBytes()));
      return Checksum.of(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
