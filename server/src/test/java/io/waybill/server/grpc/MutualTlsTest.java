package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.waybill.server.auth.Background;
import io.waybill.server.auth.CertificateName;
import io.waybill.server.auth.Require;
import io.waybill.server.auth.TestAuthority;
import io.waybill.server.auth.TestAuthority.Identity;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.Role;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which client certificates are taken, alone and with a token. */
class MutualTlsTest {
  private static final String ACME = "spiffe://test/acme";
  private static final Map<CertificateName, Caller> MAPPED =
      Map.of(
          new CertificateName(CertificateName.Kind.URI, ACME),
          new Caller("acme", "acme-service"),
          new CertificateName(CertificateName.Kind.DNS, "reports.test"),
          new Caller("acme", "reports", Set.of(Role.READER)),
          new CertificateName(CertificateName.Kind.URI, "spiffe://test/beta"),
          new Caller("beta", "beta-service"));

  private static final char[] NO_PASSWORD = new char[0];

  @TempDir Path folder;
  private TestAuthority serverCa;
  private TestAuthority clientCa;
  private SecuredWaybill waybill;

  @BeforeEach
  void open() {
    serverCa = new TestAuthority(folder, "server");
    clientCa = new TestAuthority(folder, "client");
    waybill = new SecuredWaybill(folder);
  }

  @AfterEach
  void close() {
    waybill.close();
  }

  private void start(Require require) {
    waybill.startTls(require, MAPPED, serverCa.server(), clientCa.caFile());
  }

  private UploadServiceBlockingStub with(Identity own) {
    return waybill.stub(waybill.tls(serverCa.caFile(), own));
  }

  private UploadServiceBlockingStub withToken(Identity own, String tenant, String role) {
    return waybill.as(waybill.tls(serverCa.caFile(), own), tenant, role);
  }

  private static Failures refused(UploadServiceBlockingStub stub) {
    return Failures.of(() -> list(stub));
  }

  private static void list(UploadServiceBlockingStub stub) {
    var unused = stub.listUploads(ListUploadsRequest.getDefaultInstance());
  }

  /** Cut off in the handshake: no call gets through. */
  private static void isCutOff(UploadServiceBlockingStub stub) {
    assertThatThrownBy(() -> list(stub.withDeadlineAfter(Duration.ofSeconds(20))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE));
  }

  private Identity acme() {
    return clientCa.issue("x", TestAuthority.uri(ACME));
  }

  @Test
  void aMappedNameIsItsTenant() {
    start(Require.MTLS);
    String id = with(acme()).startUpload(Requests.start(1).build()).getUpload().getUploadId();

    UploadServiceBlockingStub reports =
        with(clientCa.issue("x", TestAuthority.dns("Reports.TEST"), TestAuthority.dns("other")));
    assertThat(reports.getUpload(Requests.get(id)).getUpload().getUploadId()).isEqualTo(id);
    Failures.of(() -> reports.abort(Requests.abort(id))).hasReason(Reason.PERMISSION_DENIED);
    UploadServiceBlockingStub beta =
        with(clientCa.issue("x", TestAuthority.uri("spiffe://test/beta")));
    Failures.of(() -> beta.getUpload(Requests.get(id))).hasReason(Reason.UPLOAD_NOT_FOUND);
  }

  @Test
  void aStrangerIsCutOffInTheHandshake() {
    start(Require.MTLS);
    TestAuthority wrong = new TestAuthority(folder, "wrong");
    isCutOff(with(wrong.issue("x", TestAuthority.uri(ACME))));
    isCutOff(
        with(
            clientCa.issue(
                "x", Instant.now().minus(Duration.ofHours(1)), TestAuthority.uri(ACME))));
    isCutOff(waybill.stub(waybill.tls(serverCa.caFile(), null)));
    isCutOff(waybill.stub(waybill.plaintext()));
    list(with(acme()));
  }

  @Test
  void onlyAnExactNameCounts() {
    start(Require.MTLS);
    for (Identity other :
        new Identity[] {
          clientCa.issue(ACME),
          clientCa.issue("reports.test"),
          clientCa.issue("x", TestAuthority.uri("spiffe://test/acme/")),
          clientCa.issue("x", TestAuthority.uri("spiffe://test/ACME")),
          clientCa.issue("x", TestAuthority.dns(ACME)),
          clientCa.issue("x", TestAuthority.uri("reports.test")),
          clientCa.issue("x", TestAuthority.dns("*.test")),
          clientCa.issue("x", TestAuthority.dns("a.reports.test")),
          // Of two tenants: whose calls are these?
          clientCa.issue("x", TestAuthority.uri(ACME), TestAuthority.uri("spiffe://test/beta")),
        }) {
      refused(with(other)).hasReason(Reason.PERMISSION_DENIED);
    }
  }

  @Test
  void aTokenAndACertificateHaveToAgree() {
    start(Require.BOTH);
    list(withToken(acme(), "acme", "waybill-uploader"));
    refused(withToken(acme(), "beta", "waybill-uploader")).hasReason(Reason.PERMISSION_DENIED);
    refused(with(acme())).hasReason(Reason.UNAUTHENTICATED);
    refused(withToken(clientCa.issue("unmapped"), "acme", "waybill-uploader"))
        .hasReason(Reason.PERMISSION_DENIED);
    isCutOff(waybill.as(waybill.tls(serverCa.caFile(), null), "acme", "waybill-uploader"));
  }

  @Test
  void eachCanOnlyTakeAway() {
    start(Require.BOTH);
    Identity reports = clientCa.issue("x", TestAuthority.dns("reports.test"));
    refused(withToken(reports, "acme", "waybill-uploader")).hasReason(Reason.PERMISSION_DENIED);
    list(withToken(reports, "acme", "waybill-reader"));
    Failures.of(
            () -> withToken(acme(), "acme", "waybill-admin").startUpload(Requests.start(1).build()))
        .hasReason(Reason.PERMISSION_DENIED);
  }

  @Test
  void whereEitherWillDoBothStillHaveToAgree() {
    start(Require.EITHER);
    list(with(acme()));
    list(waybill.as(waybill.tls(serverCa.caFile(), null), "beta", "waybill-reader"));
    list(withToken(acme(), "acme", "waybill-uploader"));
    list(withToken(clientCa.issue("unmapped"), "acme", "waybill-uploader"));
    refused(withToken(acme(), "beta", "waybill-uploader")).hasReason(Reason.PERMISSION_DENIED);
    refused(waybill.stub(waybill.tls(serverCa.caFile(), null))).hasReason(Reason.UNAUTHENTICATED);
    refused(with(clientCa.issue("unmapped"))).hasReason(Reason.UNAUTHENTICATED);
    // A token that does not hold is not made up for.
    refused(waybill.stub(waybill.tls(serverCa.caFile(), acme()), "authorization", "Bearer a.b.c"))
        .hasReason(Reason.UNAUTHENTICATED);
  }

  @Test
  void aCertificateThatEndsEndsItsConnectionsCalls() {
    start(Require.MTLS);
    Identity brief = clientCa.issue("x", Instant.now().plusSeconds(8), TestAuthority.uri(ACME));
    UploadServiceBlockingStub stub = with(brief);
    list(stub);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> refused(stub).hasReason(Reason.UNAUTHENTICATED).has("problem", "expired"));
  }

  @Test
  void aRenewedCertificateIsServedWithoutARestart() throws Exception {
    Identity first = serverCa.server();
    waybill.startTls(Require.MTLS, MAPPED, first, clientCa.caFile());
    list(with(acme()));
    assertThat(served()).isEqualTo(first.certificate().getSerialNumber());

    Identity next = serverCa.server();
    replace(next.privateKey(), first.privateKey()); // half of it: the old pair stays
    list(with(acme()));
    replace(next.chain(), first.chain());

    await().until(() -> served().equals(next.certificate().getSerialNumber()));
    list(with(acme()));
  }

  @Test
  void aNewAuthorityIsTrustedWithoutARestart() throws Exception {
    start(Require.MTLS);
    Identity before = acme();
    list(with(before));
    TestAuthority next = new TestAuthority(folder, "next");
    Identity after = next.issue("x", TestAuthority.uri(ACME));
    isCutOff(with(after));

    replace(next.caFile(), clientCa.caFile());

    await().ignoreExceptions().untilAsserted(() -> list(with(after)));
    isCutOff(with(before));
  }

  @Test
  void aKeyThatIsNotTheCertificatesStopsTheStart() {
    Identity one = serverCa.server();
    Identity other = serverCa.server();
    try (Background background = new Background()) {
      assertThatThrownBy(
              () ->
                  ReloadedTls.open(
                      one.chain(),
                      other.privateKey(),
                      null,
                      ReloadedTls.ClientCertificate.NOT_ASKED,
                      Duration.ofSeconds(1),
                      background))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is not that of the private key");
    }
  }

  private static void replace(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Of the certificate that a new connection is shown. */
  private BigInteger served() throws Exception {
    Identity own = acme();
    KeyStore ownKeys = KeyStore.getInstance("PKCS12");
    ownKeys.load(null, null);
    ownKeys.setKeyEntry(
        "own", own.keys().getPrivate(), NO_PASSWORD, new X509Certificate[] {own.certificate()});
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(ownKeys, NO_PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", serverCa.certificate());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", waybill.port())) {
      socket.startHandshake();
      Certificate shown = socket.getSession().getPeerCertificates()[0];
      return ((X509Certificate) shown).getSerialNumber();
    }
  }
}
