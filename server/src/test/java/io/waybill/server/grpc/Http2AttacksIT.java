package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadServiceGrpc;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a stranger can do with frames, and what becomes of him, and of whoever is beside him. */
@Timeout(120)
class Http2AttacksIT {
  @ParameterizedTest
  @EnumSource(names = {"RAPID_RESET", "PING_FLOOD", "SETTINGS_FLOOD", "CONTINUATION_FLOOD"})
  void floods(Attack attack) throws IOException {
    byFrames(GrpcLimits.DEFAULT, attack);
  }

  @ParameterizedTest
  @EnumSource(names = {"SLOW_HEADERS", "STALLED_HEADERS", "WINDOW_EXHAUSTION", "OPEN_CALLS"})
  void whatDoesNotGoOn(Attack attack) throws IOException {
    byFrames(OpenWaybill.IMPATIENT, attack);
  }

  private static void byFrames(GrpcLimits limits, Attack attack) throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(limits)) {
      new UnderAttack(new GoodClient(waybill.channel), waybill.port()).by(attack);
    }
  }

  @Test
  void largeRepliesThatNobodyTakes() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(OpenWaybill.IMPATIENT)) {
      StartUploadRequest many =
          Requests.start(9_000 * Requests.MIB).setPartSizeBytes(8 << 20).build();
      String upload =
          UploadServiceGrpc.newBlockingStub(waybill.channel)
              .startUpload(many)
              .getUpload()
              .getUploadId();
      new UnderAttack(new GoodClient(waybill.channel), waybill.port(), upload)
          .by(
              Attack.UNREAD_REPLIES,
              () ->
                  assertThat(waybill.server.unreadReplyBytes())
                      .isBetween(1L, (long) OpenWaybill.IMPATIENT.maxUnreadReplyBytes()));
      await().until(() -> waybill.server.unreadReplyBytes() == 0);
    }
  }

  @Test
  void requestsThatNeverEnd() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(OpenWaybill.withMessages(64 << 10))) {
      new UnderAttack(new GoodClient(waybill.channel), waybill.port())
          .by(
              Attack.UNFINISHED_REQUESTS,
              () -> assertThat(waybill.unfinishedRequestBytes()).isBetween(400_000L, 600_000L));
      await().until(() -> waybill.unfinishedRequestBytes() == 0);
    }
  }
}
