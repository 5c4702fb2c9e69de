package io.waybill.server.grpc;

import io.waybill.server.auth.TestIssuer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens by the thousand, each of which has to be verified to be refused. */
@Timeout(120)
class ForgedTokensIT {
  @TempDir Path folder;

  /** ES256 is the dearest to verify. */
  @Test
  void forgedTokensDoNotDelayWhoIsKnown() throws IOException {
    try (SecuredWaybill waybill = new SecuredWaybill(folder)) {
      waybill.issuer.rotate(TestIssuer.ec("ec"));
      waybill.startPlaintext(Reflection.OFF);
      String genuine = waybill.issuer.token("acme", "waybill-uploader");
      GoodClient good =
          new GoodClient(waybill.stub(waybill.plaintext(), "authorization", "Bearer " + genuine));
      new UnderAttack(good, waybill.port(), genuine.substring(0, genuine.lastIndexOf('.') + 1))
          .by(Attack.FORGED_TOKENS);
    }
  }
}
