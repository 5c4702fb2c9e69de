package io.waybill.client;

import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadMode;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to ask Waybill for. An empty string or a zero means that it is left to the server, or, for
 * the filename and the content type of a file on disk, taken from the file's name. The bounds are
 * those of {@code StartUploadRequest}, and the server checks them.
 *
 * @param destination the destination's name; may be empty where the server has only one
 * @param objectKey what the destination's template puts in place of {object_key}
 * @param filename the file's name, without folders
 * @param contentType {@code type/subtype}
 * @param partSizeBytes the part size wished for, 5 MiB to 5 GiB, or 0
 * @param mode AUTO, SINGLE or MULTIPART
 * @param checksumAlgorithm what protects every part on its way; NONE for nothing beside TLS
 * @param metadata stored with the object as x-amz-meta-*
 * @param sessionTtl how long the session lives without progress, or zero
 * @param requestId the session's identity, where the caller keeps it; else one is made at random
 *     and kept in a state file
 * @param uploadId the session to resume; the other options are then those it was started with
 */
public record UploadOptions(
    String destination,
    String objectKey,
    String filename,
    String contentType,
    long partSizeBytes,
    UploadMode mode,
    ChecksumAlgorithm checksumAlgorithm,
    Map<String, String> metadata,
    Duration sessionTtl,
    String requestId,
    String uploadId) {

  /** Checks what can be checked here. */
  public UploadOptions {
    if (partSizeBytes < 0 || sessionTtl.isNegative()) {
      throw new IllegalArgumentException("partSizeBytes and sessionTtl cannot be negative");
    }
    metadata = Map.copyOf(metadata);
  }

  /** Everything at its default. */
  public static UploadOptions defaults() {
    return builder().build();
  }

  /** Begins with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** These options with the name and content type of a file, where they are unset. */
  UploadOptions named(String name, String guessedContentType) {
    return new UploadOptions(
        destination,
        objectKey,
        filename.isEmpty() ? name : filename,
        contentType.isEmpty() ? guessedContentType : contentType,
        partSizeBytes,
        mode,
        checksumAlgorithm,
        metadata,
        sessionTtl,
        requestId,
        uploadId);
  }

  StartUploadRequest toRequest(String id, long sizeBytes) {
    StartUploadRequest.Builder request =
        StartUploadRequest.newBuilder()
            .setRequestId(id)
            .setDestination(destination)
            .setObjectKey(objectKey)
            .setFilename(filename)
            .setContentType(contentType)
            .setSizeBytes(sizeBytes)
            .setPartSizeBytes(partSizeBytes)
            .setMode(mode)
            .setChecksumAlgorithm(checksumAlgorithm)
            .putAllMetadata(new TreeMap<>(metadata));
    if (!sessionTtl.isZero()) {
      request.setSessionTtl(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(sessionTtl.getSeconds())
              .setNanos(sessionTtl.getNano()));
    }
    return request.build();
  }

  /** Collects options. */
  public static final class Builder {

    private String destination = "";
    private String objectKey = "";
    private String filename = "";
    private String contentType = "";
    private long partSizeBytes;
    private UploadMode mode = UploadMode.UPLOAD_MODE_AUTO;
    private ChecksumAlgorithm checksumAlgorithm = ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C;
    private Map<String, String> metadata = Map.of();
    private Duration sessionTtl = Duration.ZERO;
    private String requestId = "";
    private String uploadId = "";

    private Builder() {}

    /** Default: the server's only destination. */
    public Builder destination(String name) {
      destination = name;
      return this;
    }

    /** Default: the filename. */
    public Builder objectKey(String key) {
      objectKey = key;
      return this;
    }

    /** Default: the name of the file on disk; none for a stream. */
    public Builder filename(String name) {
      filename = name;
      return this;
    }

    /** Default: guessed from the name of the file on disk; application/octet-stream else. */
    public Builder contentType(String type) {
      contentType = type;
      return this;
    }

    /** In bytes, 5 MiB to 5 GiB. Default: the destination's, usually 8 MiB. */
    public Builder partSizeBytes(long bytes) {
      partSizeBytes = bytes;
      return this;
    }

    /** Default: AUTO. */
    public Builder mode(UploadMode uploadMode) {
      mode = uploadMode;
      return this;
    }

    /** Default: CRC32C, which current CPUs compute fastest. */
    public Builder checksumAlgorithm(ChecksumAlgorithm algorithm) {
      checksumAlgorithm = algorithm;
      return this;
    }

    /** Default: none. */
    public Builder metadata(Map<String, String> entries) {
      metadata = entries;
      return this;
    }

    /** Default: the destination's, usually 24 hours. */
    public Builder sessionTtl(Duration duration) {
      sessionTtl = duration;
      return this;
    }

    /**
     * For callers that remember their uploads themselves: the same id finds the same session, and
     * no state file is kept. What it holds already is compared as for {@link #uploadId}. Default:
     * random.
     */
    public Builder requestId(String id) {
      requestId = id;
      return this;
    }

    /**
     * Resumes this session; no state file is kept. Parts that arrived are compared by their
     * checksums with the file or stream, and sent again where the ledger has no checksum for them;
     * an object that is complete is compared too. Default: none.
     */
    public Builder uploadId(String id) {
      uploadId = id;
      return this;
    }

    /** The options. */
    public UploadOptions build() {
      return new UploadOptions(
          destination,
          objectKey,
          filename,
          contentType,
          partSizeBytes,
          mode,
          checksumAlgorithm,
          metadata,
          sessionTtl,
          requestId,
          uploadId);
    }
  }
}
