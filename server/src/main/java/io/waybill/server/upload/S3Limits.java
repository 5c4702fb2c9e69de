package io.waybill.server.upload;

/**
 * What S3 itself allows.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html">Amazon S3
 *     multipart upload limits</a>
 */
public final class S3Limits {
  public static final long MIB = 1L << 20;
  public static final long GIB = 1L << 30;

  /** The most parts an upload may have. */
  public static final int MAX_PARTS = 10_000;

  /** The smallest part but the last, in bytes. */
  public static final long MIN_PART_BYTES = 5 * MIB;

  /** The largest part, and the largest single PUT, in bytes. */
  public static final long MAX_PART_BYTES = 5 * GIB;

  /** The largest object, in bytes: 48.8 TiB. */
  public static final long MAX_OBJECT_BYTES = MAX_PARTS * MAX_PART_BYTES;

  /** The longest key, in bytes of UTF-8. */
  public static final int MAX_KEY_BYTES = 1024;

  private S3Limits() {}
}
