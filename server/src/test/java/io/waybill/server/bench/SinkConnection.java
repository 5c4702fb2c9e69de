package io.waybill.server.bench;

import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.Call;
import io.waybill.server.s3.fake.SignatureCheck;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** One connection of {@link SinkS3}: reads requests, and of their bodies the length and CRC32C. */
final class SinkConnection {
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int SMALL_BODY_BYTES = 1 << 20;

  private final SocketChannel channel;
  private final SinkBucket bucket;
  private final SignatureCheck signatures =
      new SignatureCheck(SinkS3.ACCESS_KEY, SinkS3.SECRET_KEY, SinkS3.REGION);
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();

  SinkConnection(SocketChannel channel, SinkBucket bucket) {
    this.channel = channel;
    this.bucket = bucket;
  }

  void serve() throws IOException {
    for (String first = line(); first != null; first = line()) {
      String[] words = first.split(" ", 3);
      String[] target = words[1].split("\\?", 2);
      Map<String, List<String>> headers = headers();
      if (headers.containsKey("expect")) {
        write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      Optional<String> query = target.length > 1 ? Optional.of(target[1]) : Optional.empty();
      Call head = Call.of(words[0], target[0], query, headers, new byte[0]);
      answer(words[0], head.operation().equals("UploadPart") ? part(head) : small(head));
    }
  }

  private Answer part(Call call) throws IOException {
    CRC32C crc = new CRC32C();
    String checksum = call.header("x-amz-checksum-crc32c").orElse("");
    long size;
    if (call.header("x-amz-content-sha256").orElse("").startsWith("STREAMING-")) {
      size = 0;
      for (int chunk = chunkSize(); chunk > 0; chunk = chunkSize()) {
        read(chunk, crc);
        size += chunk;
        requiredLine();
      }
      for (String line = requiredLine(); !line.isEmpty(); line = requiredLine()) {
        if (line.startsWith("x-amz-checksum-crc32c:")) {
          checksum = line.substring(line.indexOf(':') + 1).trim();
        }
      }
    } else {
      size = Long.parseLong(call.header("content-length").orElseThrow());
      read(size, crc);
    }
    long sum = crc.getValue();
    Optional<Answer> refusal = signatures.refusal(call);
    return refusal.isPresent() ? refusal.get() : bucket.put(call, size, sum, checksum);
  }

  private Answer small(Call head) throws IOException {
    int size = Integer.parseInt(head.header("content-length").orElse("0"));
    if (size > SMALL_BODY_BYTES) {
      throw new IOException("a large body where none belongs");
    }
    byte[] body = new byte[size];
    for (int at = 0; at < size; ) {
      fill();
      int length = Math.min(in.remaining(), size - at);
      in.get(body, at, length);
      at += length;
    }
    Call call = new Call(head.method(), head.rawPath(), head.query(), head.headers(), body);
    return signatures.refusal(call).orElseGet(() -> bucket.answer(call));
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(requiredLine().split(";", 2)[0], 16);
  }

  private void read(long size, CRC32C crc) throws IOException {
    for (long left = size; left > 0; ) {
      fill();
      int end = in.limit();
      int length = (int) Math.min(left, in.remaining());
      crc.update(in.limit(in.position() + length));
      in.limit(end);
      left -= length;
    }
  }

  private void fill() throws IOException {
    if (!in.hasRemaining() && !more()) {
      throw new EOFException();
    }
  }

  private boolean more() throws IOException {
    in.clear();
    int n = channel.read(in);
    in.flip();
    return n >= 0;
  }

  private Map<String, List<String>> headers() throws IOException {
    Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = requiredLine(); !line.isEmpty(); line = requiredLine()) {
      int colon = line.indexOf(':');
      headers
          .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
          .add(line.substring(colon + 1).trim());
    }
    return headers;
  }

  private String requiredLine() throws IOException {
    String line = line();
    if (line == null) {
      throw new EOFException();
    }
    return line;
  }

  /** Up to the end of the line; null at the end of the connection. */
  private @org.jspecify.annotations.Nullable String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (; ; ) {
      if (!in.hasRemaining() && !more()) {
        return null;
      }
      char c = (char) (in.get() & 0xff);
      if (c == '\n') {
        line.setLength(line.length() - 1);
        return line.toString();
      }
      line.append(c);
    }
  }

  private void answer(String method, Answer answer) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(answer.status()).append(" -\r\n");
    answer.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (!answer.headers().containsKey("Content-Length")) {
      head.append("Content-Length: ").append(answer.body().length).append("\r\n");
    }
    boolean bare = method.equals("HEAD");
    write(head + "\r\n" + (bare ? "" : new String(answer.body(), StandardCharsets.ISO_8859_1)));
  }

  private void write(String text) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }
}
