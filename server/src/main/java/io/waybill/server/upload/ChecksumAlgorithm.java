package io.waybill.server.upload;

/**
 * The checksum that accompanies every part of an upload.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">S3:
 *     Checking object integrity</a>
 */
public enum ChecksumAlgorithm {
  NONE(0),
  MD5(16),
  CRC32(4),
  CRC32C(4),
  CRC64NVME(8),
  SHA256(32);

  private final int lengthBytes;

  ChecksumAlgorithm(int lengthBytes) {
    this.lengthBytes = lengthBytes;
  }

  /** How long a checksum of this algorithm is, in bytes; 0 for NONE. */
  public int lengthBytes() {
    return lengthBytes;
  }

  /** Whether every part has to be signed with its checksum. */
  public boolean isRequiredPerPart() {
    return this != NONE;
  }

  /** Whether S3 wants it declared when the upload is created, and returns it with the object. */
  public boolean isDeclaredToStorage() {
    return this != NONE && this != MD5;
  }

  /**
   * Whether the checksum of a multipart object is that of its whole content (else of its parts').
   */
  public boolean isFullObject() {
    return this == CRC32 || this == CRC32C || this == CRC64NVME;
  }
}
