package io.waybill.server.s3;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Where S3 and its SDK keep checksums: in a header and a model field of their own for each
 * algorithm. Only algorithms that are declared to S3 have them.
 */
final class Checksums {
  private Checksums() {}

  /** The header that carries the checksum, of a request and of its response. */
  static String header(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case CRC32 -> "x-amz-checksum-crc32";
      case CRC32C -> "x-amz-checksum-crc32c";
      case CRC64NVME -> "x-amz-checksum-crc64nvme";
      case SHA256 -> "x-amz-checksum-sha256";
      case NONE, MD5 -> throw new IllegalArgumentException(algorithm + " is not declared to S3");
    };
  }

  /** The name of the algorithm in S3's API. */
  static String declared(ChecksumAlgorithm algorithm) {
    return switch (algorithm) {
      case CRC32, CRC32C, CRC64NVME, SHA256 -> algorithm.name();
      case NONE, MD5 -> throw new IllegalArgumentException(algorithm + " is not declared to S3");
    };
  }

  /** Sets a declared checksum on the builder of what carries it. */
  static void setOnPart(SdkPojo builder, ChecksumAlgorithm algorithm, Checksum checksum) {
    set(builder, member(algorithm), checksum.toBase64());
  }

  /** A part's checksum; null where the store returned none, or none is declared. */
  static @Nullable Checksum ofPart(SdkPojo part, ChecksumAlgorithm algorithm) {
    String value = value(part, algorithm);
    return value == null ? null : Checksum.ofBase64(value);
  }

  /**
   * An object's checksum; null where the store returned none that means what the algorithm's does.
   *
   * <p>The checksum of the parts' checksums has the number of parts behind it ({@code …-3}), which
   * is dropped for SHA-256. For the CRCs, which are declared as those of the whole object, some
   * stores put it together from the parts all the same: that proves nothing here.
   */
  static @Nullable Checksum ofObject(SdkPojo response, ChecksumAlgorithm algorithm) {
    String value = value(response, algorithm);
    if (value == null) {
      return null;
    }
    int dash = value.indexOf('-');
    if (dash < 0) {
      return Checksum.ofBase64(value);
    }
    return algorithm.isFullObject() ? null : Checksum.ofBase64(value.substring(0, dash));
  }

  private static @Nullable String value(SdkPojo pojo, ChecksumAlgorithm algorithm) {
    if (!algorithm.isDeclaredToStorage()) {
      return null;
    }
    Object value = field(pojo, member(algorithm)).getValueOrDefault(pojo);
    return value == null || value.toString().isEmpty() ? null : value.toString();
  }

  private static String member(ChecksumAlgorithm algorithm) {
    return "Checksum" + declared(algorithm);
  }

  private static void set(SdkPojo builder, String member, String value) {
    field(builder, member).set(builder, value);
  }

  private static SdkField<?> field(SdkPojo pojo, String member) {
    for (SdkField<?> field : pojo.sdkFields()) {
      if (field.memberName().equals(member)) {
        return field;
      }
    }
    throw new IllegalArgumentException("no " + member + " in " + pojo.getClass().getSimpleName());
  }
}
