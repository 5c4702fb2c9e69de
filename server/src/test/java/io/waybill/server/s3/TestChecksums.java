package io.waybill.server.s3;

import io.waybill.server.s3.fake.Sums;
import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Checksums as an uploader computes them. */
public final class TestChecksums {
  private TestChecksums() {}

  /** Null where the algorithm is NONE. */
  public static @Nullable Checksum of(ChecksumAlgorithm algorithm, byte[] bytes) {
    return algorithm == ChecksumAlgorithm.NONE
        ? null
        : Checksum.of(Sums.of(name(algorithm), bytes));
  }

  /** What S3 shall say of a multipart object; null where it says nothing of this algorithm. */
  static @Nullable Checksum ofObject(
      ChecksumAlgorithm algorithm, byte[] whole, List<byte[]> parts) {
    if (!algorithm.isDeclaredToStorage()) {
      return null;
    }
    if (algorithm.isFullObject()) {
      return of(algorithm, whole);
    }
    List<byte[]> sums = parts.stream().map(part -> Sums.of(name(algorithm), part)).toList();
    return Checksum.of(Sums.composite(name(algorithm), sums));
  }

  private static String name(ChecksumAlgorithm algorithm) {
    return algorithm.name().toLowerCase(Locale.ROOT);
  }
}
