package io.waybill.server.bench;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** gRPC on a free port of loopback, on the direct executor, with nothing in between. */
final class PlainServer {
  private PlainServer() {}

  static void serve(BindableService service) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addService(service)
            .build()
            .start();
    System.out.println("bench: serving on 127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }
}
