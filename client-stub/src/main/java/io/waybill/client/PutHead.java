package io.waybill.client;

import io.waybill.client.UploadFailedException.Kind;
import io.waybill.v1.SignedPart;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The head of a PUT, and where it goes.
 *
 * @param host without brackets
 * @param port 1 to 65535
 * @param text from the request line to the empty one
 */
record PutHead(String host, int port, String text) {

  /** Without the request line, which has the signature. */
  @Override
  public String toString() {
    return "PutHead " + host + ":" + port;
  }

  private static final int HTTP_PORT = 80;
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

  /** What belongs to the connection, or follows from the URL and the body. */
  private static final Set<String> OURS =
      Set.of(
          "host",
          "content-length",
          "connection",
          "expect",
          "upgrade",
          "transfer-encoding",
          "trailer",
          "te");

  /**
   * Puts it together.
   *
   * @throws UploadFailedException if HTTP has no such request; what it was is not said, since a URL
   *     is a secret
   */
  static PutHead of(SignedPart part, long sizeBytes) {
    try {
      URI uri = URI.create(part.getUrl());
      String host = uri.getHost();
      if (host == null || uri.getRawUserInfo() != null || !isToken(part.getMethod())) {
        throw new IllegalArgumentException();
      }
      String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      StringBuilder text = new StringBuilder(1024);
      text.append(part.getMethod()).append(' ').append(path).append(query).append(" HTTP/1.1\r\n");
      text.append("Host: ").append(uri.getRawAuthority()).append("\r\n");
      text.append("Content-Length: ").append(sizeBytes).append("\r\n");
      for (Map.Entry<String, String> header : part.getHeadersMap().entrySet()) {
        require(header.getKey(), header.getValue());
        text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
      }
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      int port = uri.getPort() < 0 ? HTTP_PORT : uri.getPort();
      return new PutHead(bare, port, text.append("\r\n").toString());
    } catch (IllegalArgumentException e) {
      throw unsendable(part);
    }
  }

  /** Without a cause, whose message would hold the URL. */
  static UploadFailedException unsendable(SignedPart part) {
    return new UploadFailedException(
        Kind.STORAGE_REFUSED,
        "the server signed a request for part "
            + part.getPartNumber()
            + " that an HTTP client cannot send");
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void require(String name, String value) {
    boolean visible =
        value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= 0xff && c != 0x7f));
    if (!isToken(name) || OURS.contains(name.toLowerCase(Locale.ROOT)) || !visible) {
      throw new IllegalArgumentException();
    }
  }

  private static boolean isToken(String text) {
    return TOKEN.matcher(text).matches();
  }
}
