package io.waybill.server.events;

import java.nio.charset.StandardCharsets;

/**
 * An object that is said to have been created.
 *
 * @param bucket its name, 1 to 255 characters
 * @param key as it is, not URL-encoded; 1 to 1,024 bytes of UTF-8, as S3 has it
 */
record CreatedObject(String bucket, String key) {
  private static final int MAX_BUCKET = 255;
  private static final int MAX_KEY_BYTES = 1_024;

  CreatedObject {
    if (bucket.isEmpty() || bucket.length() > MAX_BUCKET) {
      throw new IllegalArgumentException("a bucket of 1 to " + MAX_BUCKET + " characters");
    }
    if (key.isEmpty() || key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
      throw new IllegalArgumentException("a key of 1 to " + MAX_KEY_BYTES + " bytes");
    }
  }

  /** For the log: a stranger may have written it. */
  @Override
  public String toString() {
    return ("s3://" + bucket + "/" + key).replaceAll("\\p{C}", "?");
  }
}
