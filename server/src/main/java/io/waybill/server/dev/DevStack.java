package io.waybill.server.dev;

import io.waybill.server.ServerConfig;
import io.waybill.server.StartException;
import io.waybill.server.WaybillServer;
import io.waybill.server.s3.S3Connection;
import io.waybill.server.s3.S3Storage;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A Waybill server on SQLite and an S3 beside it, both on loopback, in one folder. */
public final class DevStack implements AutoCloseable {
  /** Its one destination, and the bucket behind it. */
  static final String DESTINATION = "dev";

  static final String BUCKET = "waybill-dev";

  /** The embedded S3's key pair: known to everybody, and good for nothing else. */
  static final String ACCESS_KEY = "waybill-dev";

  static final String SECRET_KEY = "waybill-dev-secret";

  private static final Duration READY = Duration.ofSeconds(30);

  private static final String CONFIG =
      """
      destinations:
        - name: %s
          bucket: %s
          region: us-east-1
          endpoint: %s
          path_style: true
          multipart_threshold: 16MiB
          startup_checks: needs
      reflection: on
      """;

  private final EmbeddedS3 s3;
  private final WaybillServer server;
  private final String token;

  private DevStack(EmbeddedS3 s3, WaybillServer server, String token) {
    this.s3 = s3;
    this.server = server;
    this.token = token;
  }

  /**
   * Starts both.
   *
   * @param folder where the database and the objects live
   * @param auth whether callers need the {@link #token}
   * @param port the server's, 0 for a free one
   * @param s3Port the embedded S3's, 0 for a free one
   */
  static DevStack start(
      Path folder, boolean auth, int port, int s3Port, EmbeddedS3.Listener listener) {
    EmbeddedS3 s3;
    DevIssuer issuer;
    try {
      issuer = DevIssuer.publish(Files.createDirectories(folder));
      s3 =
          EmbeddedS3.start(
              folder.resolve("s3"), s3Port, ACCESS_KEY, SECRET_KEY, List.of(BUCKET), listener);
    } catch (IOException e) {
      throw new StartException(inOneLine(s3Port, e), e);
    }
    try {
      ServerConfig config =
          ServerConfig.parse(
              CONFIG.formatted(DESTINATION, BUCKET, s3.endpoint()) + (auth ? issuer.config() : ""),
              Map.of("listen", "127.0.0.1:" + port, "data_dir", folder.toString()));
      List<S3Connection> connections = List.of(config.destinations().get(0).connection());
      S3Storage storage = S3Storage.open(connections, ACCESS_KEY, SECRET_KEY, Clock.systemUTC());
      WaybillServer server = WaybillServer.start(config, storage);
      if (!server.awaitReady(READY)) {
        server.close();
        throw new StartException("the embedded S3 does not pass the start-up checks", null);
      }
      return new DevStack(s3, server, auth ? issuer.token() : "");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      s3.close();
      throw new StartException("interrupted", e);
    } catch (RuntimeException e) {
      s3.close();
      throw e;
    }
  }

  private static String inOneLine(int s3Port, IOException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return "port " + s3Port + " on 127.0.0.1, for the embedded S3, is in use";
      }
    }
    return "the embedded S3 does not start: " + e;
  }

  /** What callers need; empty where they need nothing. */
  String token() {
    return token;
  }

  /** The server's ADDRESS:PORT. */
  String target() {
    return server.target();
  }

  URI s3Endpoint() {
    return s3.endpoint();
  }

  void awaitTermination() throws InterruptedException {
    server.awaitTermination();
  }

  @Override
  public void close() {
    server.close();
    s3.close();
  }
}
