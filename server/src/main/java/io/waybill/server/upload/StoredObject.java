package io.waybill.server.upload;

import org.jspecify.annotations.Nullable;

/**
 * The finished object, as S3 described it.
 *
 * @param etag without quotes and {@code W/}
 * @param versionId empty where the bucket keeps no versions
 * @param sizeBytes its size
 * @param checksum null where the store returns none
 */
public record StoredObject(
    String etag, String versionId, long sizeBytes, @Nullable Checksum checksum) {
  public StoredObject {
    etag = Part.unquoted(etag);
  }
}
