package io.waybill.server.upload;

import java.util.Arrays;
import java.util.Base64;

/** A checksum's raw bytes, most significant first. */
public final class Checksum {
  private final byte[] bytes;

  private Checksum(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Of the given bytes, which are copied. */
  public static Checksum of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > 32) {
      throw new IllegalArgumentException("a checksum has 1 to 32 bytes, not " + bytes.length);
    }
    return new Checksum(bytes.clone());
  }

  /** Of the form S3's headers carry. */
  public static Checksum ofBase64(String base64) {
    return of(Base64.getDecoder().decode(base64));
  }

  /** A copy of the raw bytes. */
  public byte[] toBytes() {
    return bytes.clone();
  }

  public int lengthBytes() {
    return bytes.length;
  }

  /** The form S3's headers carry. */
  public String toBase64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checksum that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return toBase64();
  }
}
