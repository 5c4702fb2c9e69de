package io.waybill.server.s3;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;

/**
 * The SDK's signature of another time: S3Presigner always takes the system's, so its request is
 * signed anew by the signer that it signs with itself.
 */
final class ResignedUrl {
  private static final AwsV4HttpSigner SIGNER = AwsV4HttpSigner.create();

  /** Hosts as my.bucket.127.0.0.1 are none for java.net.URI. */
  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>https?)://(?<host>[^/]+?)(:(?<port>[0-9]+))?(?<path>/[^?]*)\\?(?<query>.*)");

  private ResignedUrl() {}

  /**
   * The URL of the same request.
   *
   * @param url a presigned one
   * @param headers those that were signed, with content-length, without host
   */
  static String of(
      String url,
      Map<String, String> headers,
      AwsCredentials credentials,
      Instant now,
      Duration life) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(url);
    }
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.PUT)
            .protocol(parts.group("scheme"))
            .host(parts.group("host"))
            .port(parts.group("port") == null ? null : Integer.valueOf(parts.group("port")))
            .encodedPath(parts.group("path"));
    headers.forEach(request::putHeader);
    String[] scope = {};
    for (String parameter : parts.group("query").split("&", -1)) {
      String name = parameter.substring(0, parameter.indexOf('='));
      String value =
          URLDecoder.decode(
              parameter.substring(name.length() + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
      if (name.equals("X-Amz-Credential")) {
        scope = value.substring(value.lastIndexOf("/20")).split("/", -1);
      } else if (!name.startsWith("X-Amz-")) {
        request.putRawQueryParameter(name, value);
      }
    }
    String region = scope[2];
    String service = scope[3];
    return SIGNER
        .sign(
            r ->
                r.identity(credentials)
                    .request(request.build())
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC))
                    .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, service)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                    .putProperty(
                        AwsV4FamilyHttpSigner.AUTH_LOCATION,
                        AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                    .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, life)
                    .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false)
                    .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                    .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, false))
        .request()
        .getUri()
        .toString();
  }
}
