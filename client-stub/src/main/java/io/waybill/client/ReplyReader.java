package io.waybill.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to a PUT, of HTTP/1.0 or 1.1. Of its body it takes the first few KiB; where
 * there is more, or no telling how much, the connection cannot be used again.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112, HTTP/1.1</a>
 */
final class ReplyReader {

  private static final int BODY_LIMIT_BYTES = 4 << 10;
  private static final int HEAD_LIMIT_BYTES = 64 << 10;
  private static final int BUFFER_BYTES = 8 << 10;
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9]{2})(?: .*)?");

  private final SocketConnection connection;
  private final Silence silence;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();

  /** The head of the final answer, once it was read. */
  private @Nullable Head head;

  private int headBytes;
  private boolean reusable;

  private record Head(boolean persistent, int status, HttpHeaders headers) {

    boolean isFinal() {
      return status >= 200;
    }
  }

  ReplyReader(SocketConnection connection, Silence silence) {
    this.connection = connection;
    this.silence = silence;
  }

  /** Whether the answer was read to its end, and another one may follow it. */
  boolean isReusable() {
    return reusable;
  }

  /** Reads a head that begins to arrive; false if it was but an interim one (1xx). */
  boolean isFinal() throws IOException, InterruptedException {
    Head read = readHead();
    if (read.isFinal()) {
      head = read;
    }
    return read.isFinal();
  }

  PutReply read() throws IOException, InterruptedException {
    Head read = head;
    while (read == null || !read.isFinal()) {
      read = readHead();
    }
    byte[] body = body(read);
    return new PutReply(read.status, read.headers, new String(body, StandardCharsets.UTF_8));
  }

  private Head readHead() throws IOException, InterruptedException {
    headBytes = 0;
    Matcher status = STATUS.matcher(line());
    if (!status.matches()) {
      throw new ProtocolException("the answer is not HTTP");
    }
    Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new ProtocolException("the answer has a header without a name");
      }
      fields
          .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    HttpHeaders headers = HttpHeaders.of(fields, (name, value) -> true);
    boolean closes = headers.allValues("connection").stream().anyMatch("close"::equalsIgnoreCase);
    boolean persistent = status.group(1).equals("1") && !closes;
    return new Head(persistent, Integer.parseInt(status.group(2)), headers);
  }

  private byte[] body(Head read) throws IOException, InterruptedException {
    if (read.status == 204 || read.status == 304) {
      reusable = read.persistent;
      return new byte[0];
    }
    Optional<String> coding = read.headers.firstValue("transfer-encoding");
    if (coding.isPresent()) {
      return chunks(read);
    }
    long length = length(read.headers);
    byte[] body = upTo(length < 0 ? BODY_LIMIT_BYTES : Math.min(length, BODY_LIMIT_BYTES));
    reusable = read.persistent && body.length == length;
    return body;
  }

  private static long length(HttpHeaders headers) throws ProtocolException {
    try {
      return headers.firstValueAsLong("content-length").orElse(-1);
    } catch (NumberFormatException e) {
      throw new ProtocolException("the answer has a length that is not a number");
    }
  }

  private byte[] chunks(Head read) throws IOException, InterruptedException {
    ByteBuffer body = ByteBuffer.allocate(BODY_LIMIT_BYTES);
    for (long size = chunkSize(); size > 0; size = chunkSize()) {
      if (size > body.remaining()) {
        return withRest(body, upTo(body.remaining()));
      }
      body.put(upTo(size));
      if (!line().isEmpty()) {
        throw new ProtocolException("a chunk of the answer does not end where it should");
      }
    }
    while (!line().isEmpty()) {} // The trailer.
    reusable = read.persistent;
    return withRest(body, new byte[0]);
  }

  private static byte[] withRest(ByteBuffer body, byte[] rest) {
    byte[] all = new byte[body.put(rest).position()];
    body.flip().get(all);
    return all;
  }

  private long chunkSize() throws IOException, InterruptedException {
    try {
      return Long.parseUnsignedLong(line().split(";", 2)[0].strip(), 16);
    } catch (NumberFormatException e) {
      throw new ProtocolException("a chunk of the answer has no size");
    }
  }

  /** So many bytes, or those until the end of the connection. */
  private byte[] upTo(long count) throws IOException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.allocate((int) count);
    while (bytes.hasRemaining() && fill()) {
      int length = Math.min(bytes.remaining(), buffer.remaining());
      bytes.put(buffer.slice(buffer.position(), length));
      buffer.position(buffer.position() + length);
    }
    byte[] read = new byte[bytes.position()];
    bytes.flip().get(read);
    return read;
  }

  private String line() throws IOException, InterruptedException {
    StringBuilder line = new StringBuilder();
    for (; ; ) {
      if (!fill()) {
        throw new EOFException("the connection was closed before the end of the answer");
      }
      if (++headBytes > HEAD_LIMIT_BYTES) {
        throw new ProtocolException("the answer's head is too long");
      }
      char c = (char) (buffer.get() & 0xff);
      if (c == '\n') {
        int end = line.length();
        line.setLength(end > 0 && line.charAt(end - 1) == '\r' ? end - 1 : end);
        return line.toString();
      }
      line.append(c);
    }
  }

  /** Waits for bytes; false at the end. */
  private boolean fill() throws IOException, InterruptedException {
    while (!buffer.hasRemaining()) {
      buffer.clear();
      int n = connection.read(buffer);
      buffer.flip();
      if (n < 0) {
        return false;
      } else if (n == 0) {
        var unused = connection.await(false, silence);
      }
    }
    return true;
  }
}
