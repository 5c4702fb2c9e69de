package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status.Code;
import io.waybill.client.WaybillClient;
import io.waybill.client.WaybillException;
import io.waybill.server.auth.TestAuthentication;
import io.waybill.server.auth.TestAuthority;
import io.waybill.server.auth.TestIssuer;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.ListUploadsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real jar with TLS, certificates and tokens, and the real command line before it. */
class SecuredServerIT {
  private static final String SECURITY =
      """
      tls:
        certificate: %s
        private_key: %s
        client_ca: %s
      auth:
        require: both
        jwt:
          issuer: %s
          audience: %s
          jwks_file: %s
        mtls:
          tenants:
            - uri: spiffe://test/acme
              tenant: acme
      """;

  @TempDir Path folder;

  @Test
  void uploadsForWhoeverItKnowsAndForNobodyElse() throws Exception {
    TestAuthority servers = new TestAuthority(folder, "servers");
    TestAuthority clients = new TestAuthority(folder, "clients");
    TestAuthority.Identity own = servers.server();
    TestAuthority.Identity acme = clients.issue("x", TestAuthority.uri("spiffe://test/acme"));
    TestIssuer issuer = new TestIssuer(Clock.systemUTC());
    String security =
        SECURITY.formatted(
            own.chain(),
            own.privateKey(),
            clients.caFile(),
            TestIssuer.ISSUER,
            TestIssuer.AUDIENCE,
            TestAuthentication.publish(folder, issuer));
    Path token =
        Files.writeString(folder.resolve("token"), issuer.token("acme", "waybill-uploader"));
    Path file = Files.write(folder.resolve("report.bin"), new byte[11 << 20]);
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3.config() + security, s3)) {
      List<String> arguments = ServerProcess.cliUpload(server.target(), file);
      arguments.addAll(
          List.of(
              "--ca", servers.caFile().toString(),
              "--client-cert", acme.chain().toString(),
              "--client-key", acme.privateKey().toString()));
      Map<String, String> home = new HashMap<>(ServerProcess.home(folder));

      Jar.Ended without = Jar.await(Jar.CLI.start(home, arguments));
      home.put("WAYBILL_TOKEN_FILE", token.toString());
      Jar.Ended ended = Jar.await(Jar.CLI.start(home, arguments));

      assertThat(without.exitCode()).as(without.err()).isEqualTo(1);
      assertThat(without.err()).contains("UNAUTHENTICATED / UNAUTHENTICATED");
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("\"objectKey\":\"acme/");
      var builder =
          WaybillClient.builder(server.target())
              .caFile(servers.caFile())
              .clientCertificate(acme.chain(), acme.privateKey());
      try (WaybillClient beta =
          builder.token(() -> issuer.token("beta", "waybill-uploader")).build()) {
        WaybillException denied =
            catchThrowableOfType(
                WaybillException.class,
                () -> beta.listUploads(ListUploadsRequest.getDefaultInstance()));
        assertThat(denied.code()).isEqualTo(Code.PERMISSION_DENIED);
        assertThat(denied.is(ErrorReason.ERROR_REASON_PERMISSION_DENIED)).isTrue();
        assertThat(denied.isRetryable()).isFalse();
      }
      assertThat(server.log()).doesNotContain(Files.readString(token).substring(50, 90));
    }
  }

  @Test
  void withTlsAndAuthItServesOnAnyAddress() throws Exception {
    TestAuthority servers = new TestAuthority(folder, "servers");
    TestAuthority.Identity own = servers.server();
    TestIssuer issuer = new TestIssuer(Clock.systemUTC());
    String tls =
        "tls: {certificate: %s, private_key: %s}%n".formatted(own.chain(), own.privateKey());
    String auth =
        "auth: {jwt: {issuer: i, audience: a, jwks_file: %s}}%n"
            .formatted(TestAuthentication.publish(folder, issuer));
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      for (String half : List.of(tls, auth)) {
        Jar.Ended refused = anywhere(s3, half);
        assertThat(refused.exitCode()).as(refused.out()).isEqualTo(2);
        assertThat(refused.err()).contains("unless there are tls and auth").hasLineCount(1);
      }
      Path config = Files.writeString(folder.resolve("whole.yaml"), s3.config() + tls + auth);
      Process whole = Jar.SERVER.start(s3.credentials(), serve(config));
      try {
        assertThat(whole.inputReader().readLine()).startsWith("waybill: serving on 0.0.0.0:");
      } finally {
        whole.destroy();
        whole.waitFor();
      }
    }
  }

  @Test
  void aFileThatCannotBeUsedIsOneLineAndExitCode2() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      Jar.Ended ended =
          anywhere(
              s3,
              """
              tls: {certificate: /none.crt, private_key: /none.key}
              auth: {jwt: {issuer: i, audience: a, jwks_file: /none}}
              """);

      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.err().strip()).endsWith("no such file").hasLineCount(1);
    }
  }

  private Jar.Ended anywhere(TestS3 s3, String security) throws Exception {
    Path config = Files.writeString(folder.resolve("half.yaml"), s3.config() + security);
    return Jar.await(Jar.SERVER.start(s3.credentials(), serve(config)));
  }

  private List<String> serve(Path config) {
    return new ArrayList<>(
        List.of(
            "serve",
            "--config",
            config.toString(),
            "--listen",
            "0.0.0.0:0",
            "--data-dir",
            folder.resolve("data").toString()));
  }
}
