package io.waybill.server.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One request on one connection, of any headers and bytes: a client that keeps to nothing. */
final class RawHttp2 {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int MAX_FRAME_BYTES = 16_384;
  private static final int TIMEOUT_MILLIS = 30_000;

  /**
   * What came back.
   *
   * @param headers and trailers, together
   * @param end how it ended: "answered", "reset", "goaway" or "closed"
   */
  record Answer(Map<String, String> headers, String end) {
    boolean isAccepted() {
      return "0".equals(headers.get("grpc-status"));
    }
  }

  private RawHttp2() {}

  static Answer send(int port, Http2Headers headers, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      try {
        out.write(PREFACE.getBytes(US_ASCII));
        frame(out, SETTINGS, 0, 0, new byte[0]);
        sendHeaders(out, encoded(headers));
        frame(out, DATA, END_STREAM, 1, body);
        out.flush();
      } catch (SocketException e) {
        // It has closed its end already; what it said is there to be read.
      }
      return answer(new DataInputStream(socket.getInputStream()));
    }
  }

  private static void sendHeaders(DataOutputStream out, byte[] block) throws IOException {
    for (int from = 0; from < block.length; from += MAX_FRAME_BYTES) {
      int to = Math.min(from + MAX_FRAME_BYTES, block.length);
      frame(
          out,
          from == 0 ? HEADERS : CONTINUATION,
          to == block.length ? END_HEADERS : 0,
          1,
          Arrays.copyOfRange(block, from, to));
    }
  }

  private static byte[] encoded(Http2Headers headers) throws IOException {
    ByteBuf block = Unpooled.buffer();
    try (DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder()) {
      encoder.configuration().maxHeaderListSize(1 << 24);
      encoder.encodeHeaders(1, headers, block);
      return ByteBufUtil.getBytes(block);
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  private static Answer answer(DataInputStream in) throws IOException {
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    Map<String, String> all = new HashMap<>();
    while (true) {
      int type;
      int flags;
      byte[] payload;
      try {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        type = in.readUnsignedByte();
        flags = in.readUnsignedByte();
        in.readInt();
        payload = in.readNBytes(length);
      } catch (EOFException | SocketException e) {
        return new Answer(all, "closed");
      }
      if (type == HEADERS) {
        decode(decoder, payload, all);
      }
      if (type == RST_STREAM || type == GOAWAY) {
        return new Answer(all, type == GOAWAY ? "goaway" : "reset");
      }
      if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
        return new Answer(all, "answered");
      }
    }
  }

  private static void decode(
      DefaultHttp2HeadersDecoder decoder, byte[] block, Map<String, String> into)
      throws IOException {
    try {
      decoder
          .decodeHeaders(1, Unpooled.wrappedBuffer(block))
          .forEach(header -> into.put(header.getKey().toString(), header.getValue().toString()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  /** What gRPC sends, for a test to change. */
  static Http2Headers grpc(String path, String token) {
    return new DefaultHttp2Headers(false)
        .method("POST")
        .scheme("http")
        .path(path)
        .authority("localhost")
        .set("te", "trailers")
        .set("content-type", "application/grpc")
        .set("authorization", "Bearer " + token);
  }
}
