package io.waybill.server.grpc;

import static io.waybill.server.grpc.RawHttp2.CANCEL;
import static io.waybill.server.grpc.RawHttp2.CONTINUATION;
import static io.waybill.server.grpc.RawHttp2.DATA;
import static io.waybill.server.grpc.RawHttp2.END_HEADERS;
import static io.waybill.server.grpc.RawHttp2.END_STREAM;
import static io.waybill.server.grpc.RawHttp2.ENHANCE_YOUR_CALM;
import static io.waybill.server.grpc.RawHttp2.HEADERS;
import static io.waybill.server.grpc.RawHttp2.PING;
import static io.waybill.server.grpc.RawHttp2.REFUSED_STREAM;
import static io.waybill.server.grpc.RawHttp2.RST_STREAM;
import static io.waybill.server.grpc.RawHttp2.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** What can be done with frames of HTTP/2. */
final class FrameAttacks {
  private static final byte[] CALL = RawHttp2.call("/grpc.health.v1.Health/Check");

  /** Not compressed, and empty. */
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  private static final byte[] NO_WINDOW = RawHttp2.setting(4, 0);
  private static final int MAX_CALLS = OpenWaybill.IMPATIENT.maxCallsPerConnection();

  private FrameAttacks() {}

  static void rapidReset(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      int streams =
          flood(
              connection,
              target,
              count -> {
                connection.frame(HEADERS, END_HEADERS, 2 * count + 1, CALL);
                connection.frame(RST_STREAM, 0, 2 * count + 1, RawHttp2.code(CANCEL));
              });
      assertThat(streams).isGreaterThanOrEqualTo(GrpcLimits.DEFAULT.maxResetsPerWindow());
      calmed(connection);
    }
  }

  static void pingFlood(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      flood(connection, target, count -> connection.frame(PING, 0, 0, new byte[8]));
      calmed(connection);
    }
  }

  /** Each asks for an acknowledgement, and nobody reads them. */
  static void settingsFlood(Target target) throws IOException {
    byte[] many = new byte[9 * 1_000];
    for (int i = 0; i < many.length; i += 9) {
      many[i + 3] = SETTINGS;
    }
    try (RawHttp2 connection = RawHttp2.deaf(target.port)) {
      flood(connection, target, count -> connection.bytes(many));
    }
  }

  static void headersThatNeverEnd(Target target) throws IOException {
    byte[] fragment = Arrays.copyOf(RawHttp2.call("/", "x", "y".repeat(1_000)), 1_000);
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      connection.stopAnswering();
      connection.frame(HEADERS, 0, 1, fragment);
      int frames =
          flood(connection, target, count -> connection.frame(CONTINUATION, 0, 1, fragment));
      assertThat(connection.goAway()).isNotZero();
      assertThat(frames).isPositive();
    }
  }

  static void headersThatTrickleIn(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      connection.stopAnswering();
      connection.frame(HEADERS, 0, 1, Arrays.copyOf(CALL, 1));
      connection.untilCutOff(
          Duration.ofMillis(20),
          count -> connection.frame(CONTINUATION, 0, 1, new byte[] {CALL[1 + count]}));
    }
  }

  static void headersThatStop(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      connection.stopAnswering(); // amid headers there is nothing else
      connection.frame(HEADERS, 0, 1, CALL);
      connection.awaitCutOff();
    }
  }

  /** Streams beyond the limit are refused; who then does not even answer pings is cut off. */
  static void repliesThatNobodyTakes(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port, NO_WINDOW)) {
      for (int i = 0; i < 3 * MAX_CALLS; i++) {
        target.share.keep();
        connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
        if (i < MAX_CALLS) {
          connection.frame(DATA, END_STREAM, 2 * i + 1, EMPTY_MESSAGE);
        }
      }
      await().until(() -> connection.resets(REFUSED_STREAM) >= 2 * MAX_CALLS);
      connection.stopAnswering();
      connection.awaitGoAway();
    }
  }

  /** A few replies are kept, and the others become a refusal, which is small. */
  static void largeRepliesThatNobodyTakes(Target target) throws IOException {
    byte[] path = RawHttp2.call("/" + UploadServiceGrpc.getSignPartsMethod().getFullMethodName());
    byte[] request = RawHttp2.message(Requests.signMissing(target.knowledge, 200).toByteArray());
    try (RawHttp2 connection = RawHttp2.open(target.port, NO_WINDOW)) {
      for (int i = 0; i < MAX_CALLS; i++) {
        target.share.keep();
        connection.frame(HEADERS, END_HEADERS, 2 * i + 1, path);
        connection.frame(DATA, END_STREAM, 2 * i + 1, request);
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(connection.endedStreams())
                      .as("refused")
                      .isGreaterThanOrEqualTo(MAX_CALLS / 2));
      target.atItsHeight();
    }
  }

  /** Each in pieces, for which gRPC gives the window back: all but the last byte of it. */
  static void requestsThatNeverEnd(Target target) throws IOException {
    byte[] piece = new byte[15_000];
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      for (int i = 0; i < 16; i++) {
        target.share.keep();
        connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
        connection.frame(DATA, 0, 2 * i + 1, new byte[] {0, 0, 0, (byte) 0xff, 0});
        for (int n = 0; n < 4; n++) {
          connection.frame(DATA, 0, 2 * i + 1, piece);
        }
      }
      await().until(() -> connection.endedStreams() >= 7);
      assertThat(connection.endedStreams()).isLessThan(9); // half a megabyte is in its right
      target.atItsHeight();
    }
  }

  /** Calls whose message never comes take a place each, and there are only so many. */
  static void callsWithoutAMessage(Target target) throws IOException {
    try (RawHttp2 connection = RawHttp2.open(target.port)) {
      for (int i = 0; i < 3 * MAX_CALLS; i++) {
        target.share.keep();
        connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
      }
      await().until(() -> connection.resets(REFUSED_STREAM) >= 2 * MAX_CALLS);
      connection.stopAnswering();
      connection.awaitGoAway();
    }
  }

  private static int flood(RawHttp2 connection, Target target, RawHttp2.Step step) {
    return connection.floodUntilCutOff(
        count -> {
          target.share.keep();
          step.send(count);
        });
  }

  private static void calmed(RawHttp2 connection) {
    // The end of the connection may overtake the frame that says why.
    assertThat(connection.goAway()).isIn(ENHANCE_YOUR_CALM, -1);
  }
}
