package io.waybill.server.grpc;

import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are larger than they may be, or than they look. */
@Timeout(120)
class LargeRequestsIT {
  @ParameterizedTest
  @EnumSource(names = {"DECOMPRESSION_BOMB", "HUGE_METADATA"})
  void areRefused(Attack attack) throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(GrpcLimits.DEFAULT)) {
      new UnderAttack(new GoodClient(waybill.channel), waybill.port()).by(attack);
    }
  }
}
