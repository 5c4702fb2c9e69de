package io.waybill.server.s3.wire;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;

/** The way on to S3. A connection for each request: nothing left over can spoil the next. */
final class Upstream {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final URI server;

  Upstream(URI server) {
    this.server = server;
  }

  HttpMessage ask(HttpMessage request) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write(request.bytes());
      InputStream in = new BufferedInputStream(socket.getInputStream());
      return HttpMessage.reply(in, request);
    }
  }
}
