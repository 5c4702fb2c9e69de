package io.waybill.server.hostile;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.ServerConfig;
import io.waybill.server.TestFindings;
import io.waybill.server.WaybillServer;
import io.waybill.server.auth.TestAuthentication;
import io.waybill.server.auth.TestIssuer;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A whole server on a real port: tokens, SQLite, and an S3 that verifies signatures. */
final class HostileServer implements AutoCloseable {
  static final String ACCESS_KEY = "hostile-access";
  static final String SECRET_KEY = "hostile-secret-key";
  static final String UPLOADER = "waybill-uploader";
  static final String READER = "waybill-reader";
  static final String ADMIN = "waybill-admin";
  private static final String BUCKET = "hostile";
  private static final String CONFIG =
      """
      auth:
        jwt:
          issuer: %1$s
          audience: %2$s
          jwks_file: %3$s
      destinations:
        - name: main
          bucket: %4$s
          region: %5$s
          endpoint: %6$s
          path_style: true
          max_size: 1GiB
          content_types: ["application/*", "text/plain"]
          startup_checks: off
        - name: exact
          bucket: %4$s
          region: %5$s
          endpoint: %6$s
          path_style: true
          exact_keys: true
          key_prefix: exact/
          startup_checks: off
      """;

  final FakeAwsS3 s3;
  final TestIssuer issuer = new TestIssuer(Clock.systemUTC());
  final ManagedChannel channel;
  private final WaybillServer server;
  private final Path database;

  private HostileServer(Path folder) throws IOException {
    s3 =
        FakeAwsS3.start(
            ACCESS_KEY, SECRET_KEY, FakeAwsS3.MIN_PART_BYTES, Clock.systemUTC(), List.of(BUCKET));
    String yaml =
        CONFIG.formatted(
            TestIssuer.ISSUER,
            TestIssuer.AUDIENCE,
            TestAuthentication.publish(folder, issuer),
            BUCKET,
            FakeAwsS3.REGION,
            s3.endpoint());
    ServerConfig config =
        ServerConfig.parse(
            yaml, Map.of("listen", "127.0.0.1:0", "data_dir", folder.resolve("data").toString()));
    TestFindings.rememberAws(config);
    database = folder.resolve("data").resolve("waybill.db");
    server =
        WaybillServer.start(
            config,
            S3Storage.open(
                List.of(
                    config.destinations().get(0).connection(),
                    config.destinations().get(1).connection()),
                ACCESS_KEY,
                SECRET_KEY,
                Clock.systemUTC()));
    channel =
        NettyChannelBuilder.forTarget(server.target())
            .usePlaintext()
            .maxInboundMetadataSize(64 << 10)
            .build();
  }

  static HostileServer start(Path folder) throws IOException {
    return new HostileServer(folder);
  }

  int port() {
    String target = server.target();
    return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
  }

  UploadServiceBlockingStub as(String tenant) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + issuer.token(tenant, UPLOADER));
    return UploadServiceGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** How many uploads anybody has, in whatever state: what StartUpload alone makes more. */
  long uploadRows() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM upload")) {
      return rows.getLong(1);
    }
  }

  /** All that stands in S3, finished or not. */
  List<String> stored() {
    return List.of(s3.keys(BUCKET).toString(), s3.uploadIds(BUCKET).toString());
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    s3.close();
  }
}
