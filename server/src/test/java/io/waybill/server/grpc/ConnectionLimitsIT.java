package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.waybill.server.auth.CertificateName;
import io.waybill.server.auth.Require;
import io.waybill.server.auth.TestAuthority;
import io.waybill.server.upload.Caller;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who connects too often, or connects and says nothing. */
@Timeout(120)
class ConnectionLimitsIT {
  @TempDir Path folder;

  @Test
  void tooManyConnectionsAreClosedWhenTheyAreAccepted() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(limits(20, 0))) {
      new UnderAttack(new GoodClient(waybill.channel), waybill.port())
          .by(
              Attack.CONNECTION_FLOOD,
              () -> assertThat(waybill.server.refusedConnections()).isGreaterThan(20));
    }
  }

  @Test
  void placesAreGivenBack() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(limits(20, 2))) {
      try (RawHttp2 first = RawHttp2.open(waybill.port());
          RawHttp2 second = RawHttp2.open(waybill.port());
          RawHttp2 third = RawHttp2.silent(waybill.port())) {
        third.awaitCutOff();
        assertThat(first.isEnded(Duration.ZERO)).isFalse();
        assertThat(second.isEnded(Duration.ZERO)).isFalse();
        assertThat(waybill.server.refusedConnections()).isEqualTo(1);
      }
      await()
          .ignoreExceptions()
          .until(() -> new GoodClient(waybill.channel).call(1, () -> true).length == 1);
    }
  }

  @Test
  void oneAddressLeavesRoomForOthers() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(limits(20, 3))) {
      ManagedChannel other = waybill.from("127.0.0.2");
      try {
        new UnderAttack(new GoodClient(other), waybill.port())
            .by(Attack.CONNECTION_FLOOD_FROM_ONE_ADDRESS);
      } finally {
        other.shutdownNow();
      }
    }
  }

  @Test
  void aSocketThatSaysNothingIsClosed() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(OpenWaybill.IMPATIENT)) {
      new UnderAttack(new GoodClient(waybill.channel), waybill.port()).by(Attack.SILENT_SOCKET);
    }
  }

  @Test
  void aTlsHandshakeThatDoesNotComeIsNotWaitedFor() throws IOException {
    TestAuthority servers = new TestAuthority(folder, "servers");
    TestAuthority clients = new TestAuthority(folder, "clients");
    CertificateName name = new CertificateName(CertificateName.Kind.URI, "spiffe://test/acme");
    TestAuthority.Identity acme = clients.issue("x", TestAuthority.uri("spiffe://test/acme"));
    try (SecuredWaybill waybill = new SecuredWaybill(folder)) {
      waybill
          .with(OpenWaybill.IMPATIENT)
          .startTls(
              Require.MTLS,
              Map.of(name, new Caller(Rig.TENANT, "test")),
              servers.server(),
              clients.caFile());
      new UnderAttack(new GoodClient(waybill.tls(servers.caFile(), acme)), waybill.port())
          .by(Attack.SILENT_TLS);
    }
  }

  private static GrpcLimits limits(int most, int mostPerAddress) {
    GrpcLimits base = GrpcLimits.DEFAULT;
    return new GrpcLimits(
        most,
        mostPerAddress,
        base.maxMessageBytes(),
        base.maxMetadataBytes(),
        base.maxCallsPerConnection(),
        base.maxResetsPerWindow(),
        base.resetWindow(),
        base.handshakeTimeout(),
        base.maxConnectionIdle(),
        base.maxConnectionAge(),
        base.maxConnectionAgeGrace(),
        base.minKeepalive(),
        base.keepalive(),
        base.keepaliveTimeout(),
        base.maxUnreadReplyBytes(),
        Duration.ofMillis(100));
  }
}
