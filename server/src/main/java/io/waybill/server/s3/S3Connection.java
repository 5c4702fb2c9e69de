package io.waybill.server.s3;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How one destination's S3 is reached.
 *
 * @param destination the destination's name
 * @param region what requests are signed for, as in {@code eu-central-1}
 * @param endpoint where the server finds S3; null for AWS's own of the region
 * @param signingEndpoint the host that uploaders see, where it differs; null where it does not
 * @param pathStyle whether the bucket is the path's first segment, not a part of the host
 */
public record S3Connection(
    String destination,
    String region,
    @Nullable URI endpoint,
    @Nullable URI signingEndpoint,
    boolean pathStyle) {

  public S3Connection {
    if (!region.matches("[a-z0-9-]{1,64}")) {
      throw new IllegalArgumentException("region: a name as eu-central-1, not " + region);
    }
    endpoint = bare("endpoint", endpoint);
    signingEndpoint = bare("signing_endpoint", signingEndpoint);
  }

  /** The host that stands in signed URLs; null for AWS's own. */
  public @Nullable URI uploadersEndpoint() {
    return signingEndpoint == null ? endpoint : signingEndpoint;
  }

  /** Without a slash at the end: the SDK would take it for the one that a key begins with. */
  private static @Nullable URI bare(String what, @Nullable URI uri) {
    if (uri == null) {
      return null;
    }
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean noPath = uri.getRawPath() == null || uri.getRawPath().matches("/?");
    if (!http
        || !noPath
        || uri.getHost() == null
        || uri.getRawUserInfo() != null
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          what + ": http(s)://host[:port] and nothing else, not " + uri);
    }
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
  }
}
