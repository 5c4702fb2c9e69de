package io.waybill.server.grpc;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can be done with connections alone. */
final class ConnectionAttacks {
  private ConnectionAttacks() {}

  /**
   * Makes connections, and holds them.
   *
   * @param closed how many of them the server has to close at the least
   */
  static void flood(Target target, int connections, int closed) throws IOException {
    List<RawHttp2> flood = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        target.share.keep();
        flood.add(RawHttp2.silent(target.port));
      }
      await()
          .until(
              () -> flood.stream().filter(each -> each.isEnded(Duration.ZERO)).count() >= closed);
      target.atItsHeight();
    } finally {
      flood.forEach(RawHttp2::close);
    }
  }

  static void silence(Target target) throws IOException {
    try (RawHttp2 silent = RawHttp2.silent(target.port)) {
      silent.awaitCutOff();
    }
  }

  static void halfAHandshake(Target target) throws IOException {
    try (RawHttp2 silent = RawHttp2.silent(target.port);
        RawHttp2 halfway = RawHttp2.silent(target.port)) {
      halfway.bytes(new byte[] {0x16, 3, 1}); // the first bytes of a ClientHello
      silent.awaitCutOff();
      halfway.awaitCutOff();
    }
  }
}
