package io.waybill.server.bench;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.StartUploadResponse;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** The least a server with grpc-java and sqlite-jdbc can be whose one RPC writes a row durably. */
public final class BareServer extends UploadServiceGrpc.UploadServiceImplBase {
  private final Connection connection;

  private BareServer(Connection connection) {
    this.connection = connection;
  }

  /** The argument is the folder of the database. */
  public static void main(String[] args) throws Exception {
    Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + Path.of(args[0], "bare.db"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS upload (upload_id TEXT PRIMARY KEY, request_id TEXT UNIQUE)");
    }
    PlainServer.serve(new BareServer(connection));
  }

  @Override
  public void startUpload(
      StartUploadRequest request, StreamObserver<StartUploadResponse> observer) {
    String id = UUID.randomUUID().toString();
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO upload VALUES (?, ?)")) {
      insert.setString(1, id);
      insert.setString(2, request.getRequestId());
      insert.executeUpdate();
    } catch (SQLException e) {
      observer.onError(Status.INTERNAL.withCause(e).asRuntimeException());
      return;
    }
    observer.onNext(
        StartUploadResponse.newBuilder().setUpload(Upload.newBuilder().setUploadId(id)).build());
    observer.onCompleted();
  }
}
