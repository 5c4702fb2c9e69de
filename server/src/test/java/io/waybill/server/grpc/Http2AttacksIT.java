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

import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stranger can do with frames, and what becomes of him, and of whoever is beside him. */
@Timeout(120)
class Http2AttacksIT {
  private static final byte[] CALL = RawHttp2.call("/grpc.health.v1.Health/Check");

  /** Not compressed, and empty. */
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  private static final byte[] NO_WINDOW = RawHttp2.setting(4, 0);

  private @Nullable OpenWaybill waybill;

  @AfterEach
  void close() {
    if (waybill != null) {
      waybill.close();
    }
  }

  /** What an attacker does on a connection until it is cut off. */
  @FunctionalInterface
  private interface OnConnection {
    void run(RawHttp2 connection) throws IOException;
  }

  private void attack(String name, GrpcLimits limits, OnConnection attack, byte... settings)
      throws IOException {
    OpenWaybill opened = new OpenWaybill(limits);
    waybill = opened;
    Attack.beside(
        new GoodClient(opened.channel),
        name,
        () -> {
          try (RawHttp2 connection = RawHttp2.open(opened.port(), settings)) {
            attack.run(connection);
          }
        });
  }

  @Test
  void rapidReset() throws IOException {
    attack(
        "rapid_reset",
        GrpcLimits.DEFAULT,
        connection -> {
          int streams =
              connection.floodUntilCutOff(
                  count -> {
                    connection.frame(HEADERS, END_HEADERS, 2 * count + 1, CALL);
                    connection.frame(RST_STREAM, 0, 2 * count + 1, RawHttp2.code(CANCEL));
                  });
          assertThat(streams).isGreaterThanOrEqualTo(GrpcLimits.DEFAULT.maxResetsPerWindow());
          calmed(connection);
        });
  }

  @Test
  void pingFlood() throws IOException {
    attack(
        "ping_flood",
        GrpcLimits.DEFAULT,
        connection -> {
          connection.floodUntilCutOff(count -> connection.frame(PING, 0, 0, new byte[8]));
          calmed(connection);
        });
  }

  /** Each asks for an acknowledgement, and nobody reads them. */
  @Test
  void settingsFlood() throws IOException {
    OpenWaybill opened = new OpenWaybill(GrpcLimits.DEFAULT);
    waybill = opened;
    byte[] many = new byte[9 * 1_000];
    for (int i = 0; i < many.length; i += 9) {
      many[i + 3] = SETTINGS;
    }
    Attack.beside(
        new GoodClient(opened.channel),
        "settings_flood",
        () -> {
          try (RawHttp2 connection = RawHttp2.deaf(opened.port())) {
            connection.floodUntilCutOff(count -> connection.bytes(many));
          }
        });
  }

  @Test
  void headersThatNeverEnd() throws IOException {
    byte[] fragment = Arrays.copyOf(RawHttp2.call("/", "x", "y".repeat(1_000)), 1_000);
    attack(
        "continuation_flood",
        GrpcLimits.DEFAULT,
        connection -> {
          connection.stopAnswering();
          connection.frame(HEADERS, 0, 1, fragment);
          int frames =
              connection.floodUntilCutOff(count -> connection.frame(CONTINUATION, 0, 1, fragment));
          assertThat(connection.goAway()).isNotZero();
          assertThat(frames).isPositive();
        });
  }

  @Test
  void headersThatTrickleIn() throws IOException {
    attack(
        "slow_headers",
        OpenWaybill.IMPATIENT,
        connection -> {
          connection.stopAnswering();
          connection.frame(HEADERS, 0, 1, Arrays.copyOf(CALL, 1));
          connection.untilCutOff(
              Duration.ofMillis(20),
              count -> connection.frame(CONTINUATION, 0, 1, new byte[] {CALL[1 + count]}));
        });
  }

  @Test
  void headersThatStop() throws IOException {
    attack(
        "stalled_headers",
        OpenWaybill.IMPATIENT,
        connection -> {
          connection.stopAnswering(); // amid headers there is nothing else
          connection.frame(HEADERS, 0, 1, CALL);
          connection.awaitCutOff();
        });
  }

  /** Streams beyond the limit are refused; who then does not even answer pings is cut off. */
  @Test
  void repliesThatNobodyTakes() throws IOException {
    int most = OpenWaybill.IMPATIENT.maxCallsPerConnection();
    attack(
        "window_exhaustion",
        OpenWaybill.IMPATIENT,
        connection -> {
          for (int i = 0; i < 3 * most; i++) {
            connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
            if (i < most) {
              connection.frame(DATA, END_STREAM, 2 * i + 1, EMPTY_MESSAGE);
            }
          }
          await().until(() -> connection.resets(REFUSED_STREAM) >= 2 * most);
          connection.stopAnswering();
          connection.awaitGoAway();
        },
        NO_WINDOW);
  }

  /** A few replies are kept, and the others become a refusal, which is small. */
  @Test
  void largeRepliesThatNobodyTakes() throws IOException {
    OpenWaybill opened = new OpenWaybill(OpenWaybill.IMPATIENT);
    waybill = opened;
    int calls = OpenWaybill.IMPATIENT.maxCallsPerConnection();
    byte[] path = RawHttp2.call("/" + UploadServiceGrpc.getSignPartsMethod().getFullMethodName());
    StartUploadRequest many =
        Requests.start(9_000 * Requests.MIB).setPartSizeBytes(8 << 20).build();
    String upload =
        UploadServiceGrpc.newBlockingStub(opened.channel)
            .startUpload(many)
            .getUpload()
            .getUploadId();
    byte[] request = RawHttp2.message(Requests.signMissing(upload, 200).toByteArray());
    Attack.beside(
        new GoodClient(opened.channel),
        "unread_replies",
        () -> {
          try (RawHttp2 connection = RawHttp2.open(opened.port(), NO_WINDOW)) {
            for (int i = 0; i < calls; i++) {
              connection.frame(HEADERS, END_HEADERS, 2 * i + 1, path);
              connection.frame(DATA, END_STREAM, 2 * i + 1, request);
            }
            await()
                .untilAsserted(
                    () ->
                        assertThat(connection.endedStreams())
                            .as("refused, beside %d bytes", opened.server.unreadReplyBytes())
                            .isGreaterThanOrEqualTo(calls / 2));
            assertThat(opened.server.unreadReplyBytes())
                .isBetween(1L, (long) OpenWaybill.IMPATIENT.maxUnreadReplyBytes());
          }
          await()
              .untilAsserted(
                  () ->
                      assertThat(opened.server.unreadReplyBytes())
                          .as("the good client's at the most")
                          .isLessThan(1_000));
        });
  }

  /** Calls whose message never comes take a place each, and there are only so many. */
  /** Each in pieces, for which gRPC gives the window back: all but the last byte of it. */
  @Test
  void requestsThatNeverEnd() throws IOException {
    GrpcLimits limits = OpenWaybill.withMessages(64 << 10);
    byte[] piece = new byte[15_000];
    attack(
        "unfinished_requests",
        limits,
        connection -> {
          for (int i = 0; i < 16; i++) {
            connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
            connection.frame(DATA, 0, 2 * i + 1, new byte[] {0, 0, 0, (byte) 0xff, 0});
            for (int n = 0; n < 4; n++) {
              connection.frame(DATA, 0, 2 * i + 1, piece);
            }
          }
          await().until(() -> connection.endedStreams() >= 7);
          assertThat(connection.endedStreams()).isLessThan(9); // half a megabyte is in its right
          OpenWaybill opened = Objects.requireNonNull(waybill);
          assertThat(opened.unfinishedRequestBytes()).isBetween(400_000L, 600_000L);
        });
    await().until(() -> Objects.requireNonNull(waybill).unfinishedRequestBytes() == 0);
  }

  @Test
  void callsWithoutAMessage() throws IOException {
    int most = OpenWaybill.IMPATIENT.maxCallsPerConnection();
    attack(
        "open_calls",
        OpenWaybill.IMPATIENT,
        connection -> {
          for (int i = 0; i < 3 * most; i++) {
            connection.frame(HEADERS, END_HEADERS, 2 * i + 1, CALL);
          }
          await().until(() -> connection.resets(REFUSED_STREAM) >= 2 * most);
          connection.stopAnswering();
          connection.awaitGoAway();
        });
  }

  private static void calmed(RawHttp2 connection) {
    // The end of the connection may overtake the frame that says why.
    assertThat(connection.goAway()).isIn(ENHANCE_YOUR_CALM, -1);
  }
}
