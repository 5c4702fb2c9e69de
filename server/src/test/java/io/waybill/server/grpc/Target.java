package io.waybill.server.grpc;

import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A server as its attacker knows it, and how much of a core he has. */
final class Target implements AutoCloseable {
  final int port;

  /** What this attack has to know: an upload, the beginning of a token. */
  final String knowledge;

  final CpuShare share;
  private final Runnable atItsHeight;
  private @Nullable ManagedChannel channel;

  /**
   * @param atItsHeight looks at the server when an attack holds all that it gets
   */
  Target(int port, String knowledge, CpuShare share, Runnable atItsHeight) {
    this.port = port;
    this.knowledge = knowledge;
    this.share = share;
    this.atItsHeight = atItsHeight;
  }

  void atItsHeight() {
    atItsHeight.run();
  }

  /**
   * For attacks by calls; one connection for all of them. What is said to be gzip is sent as is.
   */
  ManagedChannel channel() {
    if (channel == null) {
      CompressorRegistry asIs = CompressorRegistry.newEmptyInstance();
      asIs.register(new GzippedAlready());
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .compressorRegistry(asIs)
              .build();
    }
    return channel;
  }

  @Override
  public void close() {
    if (channel != null) {
      channel.shutdownNow();
    }
  }

  private static final class GzippedAlready implements Codec {
    @Override
    public String getMessageEncoding() {
      return "gzip";
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return out;
    }

    @Override
    public InputStream decompress(InputStream in) {
      return in;
    }
  }
}
