package io.waybill.server.upload;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes URLs that look signed, and are as long as real ones, but open nothing. */
public final class FakeUrlSigner implements UrlSigner {
  private volatile boolean withoutCredentials;
  private volatile @Nullable Instant lastCall;

  /** From now on there are no credentials to sign with, or there are again. */
  public void loseCredentials(boolean lost) {
    withoutCredentials = lost;
  }

  /** When the call came that was signed for last. */
  public @Nullable Instant lastCall() {
    return lastCall;
  }

  @Override
  public SignedPart sign(
      Upload upload, int partNumber, @Nullable Checksum checksum, Instant now, Instant end) {
    lastCall = now;
    if (withoutCredentials) {
      throw new StorageException(StorageException.Kind.UNAVAILABLE, "no credentials");
    }
    UploadSpec spec = upload.spec();
    Map<String, String> headers = new TreeMap<>();
    if (spec.mode() == UploadMode.SINGLE) {
      headers.put("content-type", spec.contentType());
      headers.put("if-none-match", "*");
      headers.put("x-amz-meta-waybill-upload-id", spec.id().toString());
    }
    if (checksum != null) {
      headers.put(
          "x-amz-checksum-" + spec.algorithm().name().toLowerCase(Locale.ROOT),
          checksum.toBase64());
    }
    return new SignedPart(
        partNumber,
        "PUT",
        url(upload, partNumber),
        headers,
        spec.plan().offsetOf(partNumber),
        spec.plan().sizeOf(partNumber),
        end,
        List.of("etag"));
  }

  private static String url(Upload upload, int partNumber) {
    UploadSpec spec = upload.spec();
    String key = URLEncoder.encode(spec.key(), StandardCharsets.UTF_8).replace("+", "%20");
    return "https://%s.s3.example/%s?partNumber=%d&uploadId=%s&X-Amz-Signature=%s"
        .formatted(
            spec.bucket(),
            key.replace("%2F", "/"),
            partNumber,
            upload.progress().storageUploadId(),
            "0123456789abcdef".repeat(20));
  }
}
