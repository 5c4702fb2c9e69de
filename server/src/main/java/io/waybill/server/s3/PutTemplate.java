package io.waybill.server.s3;

import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts of one upload's PUTs in one second with one end, with a {@link #HOLE} for all in which
 * they differ: part number (if they are parts), length, checksum (if there is one), in this order.
 *
 * @param url up to the signature. Its parameters are in the order of the SDK's presigner; S3 does
 *     not mind
 * @param canonical the canonical request, where the order is fixed
 * @param toSign the string to sign, up to the hash of the canonical request
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">S3:
 *     Authenticating requests, query parameters</a>
 */
record PutTemplate(String url, String canonical, String toSign) {
  /** Stands in nothing that is encoded, and in no header. */
  static final String HOLE = "\0";

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";

  static PutTemplate of(
      UploadSpec spec,
      String storageUploadId,
      SignedHeaders headers,
      SigningEndpoint endpoint,
      SigningMoment moment,
      long lifeSeconds) {
    StringBuilder lines = new StringBuilder();
    Map<String, @Nullable String> signed = headers.withHost(endpoint.host());
    signed.forEach((name, value) -> lines.append(name).append(':').append(canonical(value)));
    String names = String.join(";", signed.keySet());

    String[] scope = {moment.day(), endpoint.region(), endpoint.service(), "aws4_request"};
    SigningIdentity identity = moment.identity();
    String algorithm = "X-Amz-Algorithm=" + ALGORITHM;
    String credential =
        "&X-Amz-Credential=" + identity.accessKey() + "%2F" + String.join("%2F", scope);
    String date = "&X-Amz-Date=" + moment.date();
    String expires = "&X-Amz-Expires=" + lifeSeconds;
    String token = identity.token() == null ? "" : "X-Amz-Security-Token=" + identity.token() + '&';
    String signedHeaders = "X-Amz-SignedHeaders=" + names.replace(";", "%3B");
    String part =
        spec.mode() == UploadMode.SINGLE
            ? ""
            : "partNumber=" + HOLE + "&uploadId=" + UriEncoding.ofValue(storageUploadId);

    String path = endpoint.folder() + UriEncoding.ofPath(spec.key());
    String query =
        (part.isEmpty() ? "" : part + '&')
            + (token + algorithm + date + '&' + signedHeaders + credential + expires);
    String canonicalQuery =
        (algorithm + credential + date + expires + '&' + token + signedHeaders)
            + (part.isEmpty() ? "" : '&' + part);
    return new PutTemplate(
        endpoint.origin() + path + '?' + query + "&X-Amz-Signature=",
        String.join("\n", "PUT", path, canonicalQuery, lines.toString(), names, "UNSIGNED-PAYLOAD"),
        String.join("\n", ALGORITHM, moment.date(), String.join("/", scope), ""));
  }

  /** It names the credentials, and may hold their session token. */
  @Override
  public String toString() {
    return "PutTemplate";
  }

  /** A header's value and the end of its line. */
  private static String canonical(@Nullable String value) {
    return (value == null ? HOLE : value.strip().replaceAll(" +", " ")) + '\n';
  }
}
