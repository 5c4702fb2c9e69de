package io.waybill.server.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * An S3 that keeps nothing but what it has to say of the parts, so that a benchmark of clients
 * measures clients: S3Proxy needs several times the CPU of any of them for the same bytes, and the
 * fakes of the tests keep all bodies in memory. It verifies every signature, and the CRC32C of
 * every part, in a header or in a trailer; a client that leaves that out is refused. It has one
 * bucket in the path, {@link #BUCKET}, and multipart uploads only.
 *
 * <p>A process of its own: prints the port, and ends with its standard input.
 */
final class SinkS3 {
  static final String BUCKET = "bench";
  static final String REGION = "eu-central-1";
  static final String ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE";
  static final String SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

  private SinkS3() {}

  public static void main(String[] args) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    SinkBucket bucket = new SinkBucket();
    daemon("accept", () -> acceptAll(server, bucket));
    System.out.println(server.socket().getLocalPort());
    while (System.in.read() >= 0) {}
  }

  private static void acceptAll(ServerSocketChannel server, SinkBucket bucket) {
    try {
      for (; ; ) {
        SocketChannel channel = server.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        daemon("sink", () -> serve(channel, bucket));
      }
    } catch (IOException e) {
      System.err.println("the sink broke: " + e);
    }
  }

  private static void serve(SocketChannel channel, SinkBucket bucket) {
    try (channel) {
      new SinkConnection(channel, bucket).serve();
    } catch (IOException e) {
      // The client hung up; whether it has done all it should, it has to say itself.
    } catch (RuntimeException e) {
      System.err.println("the sink broke: " + e);
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
