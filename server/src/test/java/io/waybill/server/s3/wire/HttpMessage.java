package io.waybill.server.s3.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A request or a reply as its very bytes: what is signed must not change on the way.
 *
 * @param head from the first line to the empty one
 * @param body as it was framed, chunks and all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HttpMessage(byte[] head, byte[] body) {

  /** The next request of a connection; empty where the client has hung up between two. */
  static Optional<HttpMessage> request(InputStream in) throws IOException {
    byte[] head = head(in);
    if (head.length == 0) {
      return Optional.empty();
    }
    HttpMessage bare = new HttpMessage(head, new byte[0]);
    return Optional.of(new HttpMessage(head, bare.framed(in)));
  }

  /** The reply to a request. */
  static HttpMessage reply(InputStream in, HttpMessage request) throws IOException {
    byte[] head = head(in);
    if (head.length == 0) {
      throw new EOFException("no reply");
    }
    HttpMessage bare = new HttpMessage(head, new byte[0]);
    return request.line().startsWith("HEAD ") ? bare : new HttpMessage(head, bare.framed(in));
  }

  /** The first line. */
  String line() {
    String text = text();
    return text.substring(0, text.indexOf("\r\n"));
  }

  /** The bytes that go over the wire. */
  byte[] bytes() {
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  private String text() {
    return new String(head, StandardCharsets.ISO_8859_1);
  }

  private Optional<String> header(String name) {
    String start = name + ":";
    return text()
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
        .map(line -> line.substring(start.length()).strip())
        .findFirst();
  }

  private byte[] framed(InputStream in) throws IOException {
    if (header("transfer-encoding").isPresent()) {
      return chunks(in);
    }
    int length = header("content-length").map(Integer::parseInt).orElse(0);
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("a body cut short");
    }
    return body;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int size;
    do {
      byte[] line = through(in, "\r\n");
      all.writeBytes(line);
      size = Integer.parseInt(new String(line, StandardCharsets.US_ASCII).split("[;\r]", 2)[0], 16);
      all.writeBytes(in.readNBytes(size));
      all.writeBytes(through(in, "\r\n"));
    } while (size > 0);
    return all.toByteArray();
  }

  private static byte[] head(InputStream in) throws IOException {
    return through(in, "\r\n\r\n");
  }

  /** Everything up to a mark, with it; nothing where the stream is at its end. */
  private static byte[] through(InputStream in, String mark) throws IOException {
    byte[] end = mark.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int matched = 0;
    while (matched < end.length) {
      int next = in.read();
      if (next < 0) {
        if (all.size() == 0) {
          return new byte[0];
        }
        throw new EOFException("a head cut short");
      }
      all.write(next);
      matched = next == end[matched] ? matched + 1 : next == end[0] ? 1 : 0;
    }
    return all.toByteArray();
  }
}
