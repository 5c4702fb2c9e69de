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
import java.util.ArrayList;
import java.util.List;
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
    int most = 20;
    try (OpenWaybill waybill = new OpenWaybill(limits(most, 0))) {
      GoodClient good = new GoodClient(waybill.channel);
      Attack.beside(
          good,
          "connection_flood",
          () -> {
            long before = waybill.server.refusedConnections();
            List<RawHttp2> flood = new ArrayList<>();
            try {
              for (int i = 0; i < 2 * most; i++) {
                flood.add(RawHttp2.silent(waybill.port()));
              }
              await()
                  .until(
                      () ->
                          flood.stream().filter(each -> each.isEnded(Duration.ZERO)).count()
                              > most);
              assertThat(waybill.server.refusedConnections() - before).isGreaterThan(most);
            } finally {
              flood.forEach(RawHttp2::close);
            }
          });
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
        Attack.beside(
            new GoodClient(other),
            "connection_flood_from_one_address",
            () -> {
              List<RawHttp2> flood = new ArrayList<>();
              try {
                for (int i = 0; i < 10; i++) {
                  flood.add(RawHttp2.silent(waybill.port()));
                }
                await()
                    .until(
                        () ->
                            flood.stream().filter(each -> each.isEnded(Duration.ZERO)).count()
                                >= 7);
              } finally {
                flood.forEach(RawHttp2::close);
              }
            });
      } finally {
        other.shutdownNow();
      }
    }
  }

  @Test
  void aSocketThatSaysNothingIsClosed() throws IOException {
    try (OpenWaybill waybill = new OpenWaybill(OpenWaybill.IMPATIENT)) {
      Attack.beside(
          new GoodClient(waybill.channel),
          "silent_socket",
          () -> {
            try (RawHttp2 silent = RawHttp2.silent(waybill.port())) {
              silent.awaitCutOff();
            }
          });
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
      Attack.beside(
          new GoodClient(waybill.tls(servers.caFile(), acme)),
          "silent_tls",
          () -> {
            try (RawHttp2 silent = RawHttp2.silent(waybill.port());
                RawHttp2 halfway = RawHttp2.silent(waybill.port())) {
              halfway.bytes(new byte[] {0x16, 3, 1}); // the first bytes of a ClientHello
              silent.awaitCutOff();
              halfway.awaitCutOff();
            }
          });
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
