package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.waybill.client.WaybillException;
import io.waybill.v1.ErrorReason;
import io.waybill.v1.GetUploadRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database does not take a write now: callers are told so, and nobody restarts anything. */
class UnavailableStoreIT {
  @TempDir Path folder;
  private TestS3 s3;
  private ServerProcess server;
  private ManagedChannel channel;
  private UploadServiceBlockingStub waybill;
  private Upload before;

  @BeforeEach
  void start() throws Exception {
    s3 = TestS3.start(folder.resolve("s3"));
    server = ServerProcess.start(folder, s3);
    channel =
        Grpc.newChannelBuilder(server.target(), InsecureChannelCredentials.create())
            .disableRetry() // the server's first word counts here
            .build();
    waybill = UploadServiceGrpc.newBlockingStub(channel);
    before = startUpload("before");
  }

  @AfterEach
  void stop() throws Exception {
    channel.shutdownNow();
    server.close();
    s3.close();
  }

  /** A file may not grow beyond what it is, as on a full disk, by the kernel's own word. */
  @Test
  void aFullDiskIsSaidAndGotOver() throws Exception {
    assumeTrue(limitFiles("unlimited"), "SKIPPED: no prlimit here");
    long log = Files.size(folder.resolve("data").resolve("waybill.db-wal"));
    assertThat(limitFiles(String.valueOf(log + 1_000))).isTrue();

    refusesWritesAndAnswersReads();

    assertThat(limitFiles("unlimited")).isTrue();
    worksAgain();
  }

  @Test
  void aLockThatLastsIsSaidAndGotOver() throws Exception {
    Path file = folder.resolve("data").resolve("waybill.db");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("BEGIN EXCLUSIVE");

      refusesWritesAndAnswersReads();

      statement.execute("ROLLBACK");
    }
    worksAgain();
  }

  private void refusesWritesAndAnswersReads() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> startUpload("during"))
        .satisfies(
            e -> {
              WaybillException said = WaybillException.of(e);
              assertThat(said.code()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(said.is(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE)).isTrue();
              assertThat(said.retryDelay()).isPresent();
            });
    assertThat(read(before)).isEqualTo(before);
  }

  private void worksAgain() {
    Upload during = startUpload("during");
    assertThat(read(during)).isEqualTo(during);
    assertThat(startUpload("before").getUploadId()).isEqualTo(before.getUploadId());
  }

  private Upload startUpload(String requestId) {
    return waybill
        .startUpload(
            StartUploadRequest.newBuilder().setRequestId(requestId).setSizeBytes(1).build())
        .getUpload();
  }

  private Upload read(Upload upload) {
    return waybill
        .getUpload(GetUploadRequest.newBuilder().setUploadId(upload.getUploadId()).build())
        .getUpload();
  }

  private boolean limitFiles(String bytes) throws InterruptedException {
    try {
      return new ProcessBuilder(
                  "prlimit", "--pid", String.valueOf(server.pid()), "--fsize=" + bytes + ":")
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
