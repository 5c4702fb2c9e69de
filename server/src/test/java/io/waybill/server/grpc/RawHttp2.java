package io.waybill.server.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client of HTTP/2 (RFC 9113) without manners: it sends the frames that an attack is made of. */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int CONTINUATION = 9;

  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  static final int CANCEL = 8;
  static final int REFUSED_STREAM = 7;
  static final int ENHANCE_YOUR_CALM = 11;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SMALL_BUFFER_BYTES = 4 << 10;

  private final Socket socket = new Socket();
  private final DataOutputStream out;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Map<Integer, Integer> resets = new ConcurrentHashMap<>();
  private final AtomicInteger endedStreams = new AtomicInteger();
  private volatile int goAway = -1;
  private volatile boolean answers;

  private RawHttp2(int port, boolean deaf) throws IOException {
    if (deaf) {
      socket.setReceiveBufferSize(SMALL_BUFFER_BYTES);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    out = new DataOutputStream(socket.getOutputStream());
    if (!deaf) {
      Thread reader = new Thread(this::read, "raw-http2");
      reader.setDaemon(true);
      reader.start();
    }
  }

  /** Says nothing by itself, and listens. */
  static RawHttp2 silent(int port) throws IOException {
    return new RawHttp2(port, false);
  }

  /** Begins as a client does. */
  static RawHttp2 open(int port, byte... settings) throws IOException {
    return new RawHttp2(port, false).begin(settings);
  }

  /** Begins as a client does, and never reads. */
  static RawHttp2 deaf(int port) throws IOException {
    return new RawHttp2(port, true).begin();
  }

  private RawHttp2 begin(byte... settings) throws IOException {
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    answers = true;
    frame(SETTINGS, 0, 0, settings);
    return this;
  }

  /** One entry of SETTINGS. */
  static byte[] setting(int id, int value) {
    return ByteBuffer.allocate(6).putShort((short) id).putInt(value).array();
  }

  static byte[] code(int error) {
    return ByteBuffer.allocate(4).putInt(error).array();
  }

  /** The headers of a gRPC call, and more of them. */
  static byte[] call(String path, String... more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", path);
    header(block, ":authority", "waybill");
    header(block, "te", "trailers");
    header(block, "content-type", "application/grpc");
    for (int i = 0; i < more.length; i += 2) {
      header(block, more[i], more[i + 1]);
    }
    return block.toByteArray();
  }

  /** A literal without indexing (RFC 7541, section 6.2.2). */
  static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    for (String text : new String[] {name, value}) {
      int left = text.length();
      if (left < 127) {
        block.write(left);
      } else {
        block.write(127);
        for (left -= 127; left >= 128; left >>>= 7) {
          block.write((left & 127) | 128);
        }
        block.write(left);
      }
      block.writeBytes(text.getBytes(US_ASCII));
    }
  }

  /** A message of a call, as gRPC frames it. */
  static byte[] message(byte[] proto) {
    return ByteBuffer.allocate(5 + proto.length).putInt(1, proto.length).put(5, proto).array();
  }

  /** One frame, in one write. */
  synchronized void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
  }

  /** Frames, or what looks like some. */
  synchronized void bytes(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /** From now on it answers neither pings nor settings. */
  void stopAnswering() {
    answers = false;
  }

  /** The code of the server's GOAWAY; -1 where none was seen, as when the end overtook it. */
  int goAway() {
    return goAway;
  }

  /** How many streams the server has ended with trailers. */
  int endedStreams() {
    return endedStreams.get();
  }

  /** How many streams the server has reset with this code. */
  int resets(int code) {
    return resets.getOrDefault(code, 0);
  }

  /** Whether the server has closed the connection, within this time. */
  boolean isEnded(Duration within) {
    try {
      return ended.await(within.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is sent again and again. */
  @FunctionalInterface
  interface Step {
    void send(int count) throws IOException;
  }

  /** Repeats a step until the server has cut the connection off, and says after how many. */
  int floodUntilCutOff(Step step) {
    return untilCutOff(Duration.ZERO, step);
  }

  /** The same with a pause after each. */
  int untilCutOff(Duration pause, Step step) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (int count = 0; ; count++) {
      if (isEnded(pause)) {
        return count;
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not cut off within " + PATIENCE + ", after " + count);
      }
      try {
        step.send(count);
      } catch (IOException e) {
        return count; // nobody is there any more
      }
    }
  }

  /** Waits until the server has said that it is through with this connection, or has closed it. */
  void awaitGoAway() {
    await().atMost(PATIENCE).until(() -> goAway >= 0 || isEnded(Duration.ZERO));
  }

  /** Waits for the server to cut it off. */
  void awaitCutOff() {
    if (!isEnded(PATIENCE)) {
      throw new AssertionError("not cut off within " + PATIENCE);
    }
  }

  private void read() {
    try {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        in.readInt();
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
          throw new EOFException();
        }
        seen(type, flags, payload);
      }
    } catch (IOException | UncheckedIOException e) {
      ended.countDown();
    }
  }

  private void seen(int type, int flags, byte[] payload) throws IOException {
    switch (type) {
      case SETTINGS -> answer(type, flags, new byte[0]);
      case PING -> answer(type, flags, payload);
      case HEADERS -> endedStreams.addAndGet(flags & END_STREAM);
      case RST_STREAM -> resets.merge(ByteBuffer.wrap(payload).getInt(), 1, Integer::sum);
      case GOAWAY -> goAway = ByteBuffer.wrap(payload).getInt(4);
      default -> {
        // nothing to remember
      }
    }
  }

  private void answer(int type, int flags, byte[] payload) throws IOException {
    if (answers && (flags & ACK) == 0) {
      try {
        frame(type, ACK, 0, payload);
      } catch (IOException e) {
        // What it has to say may still be on its way.
      }
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
