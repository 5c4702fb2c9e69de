package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.server.sql.TestPostgres;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar on PostgreSQL: servers that share nothing else. */
class PostgresServerIT {
  private static final String PASSWORD = "s3cr3t-of-the-database";

  @TempDir Path folder;

  @Test
  void anyReplicaServesAnyCall() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      String yaml = s3.config() + database();
      Path one = Files.createDirectory(folder.resolve("one"));
      Path two = Files.createDirectory(folder.resolve("two"));
      try (ServerProcess first = ServerProcess.start(one, yaml, s3);
          ServerProcess second = ServerProcess.start(two, yaml, s3);
          WaybillClient here = WaybillClient.builder(first.target()).plaintext().build();
          WaybillClient there = WaybillClient.builder(second.target()).plaintext().build()) {
        byte[] content = new byte[11_000_000];
        new Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("film.bin"), content);
        StartUploadRequest request =
            StartUploadRequest.newBuilder()
                .setRequestId("r1")
                .setDestination("main")
                .setFilename("film.bin")
                .setContentType("application/octet-stream")
                .setSizeBytes(content.length)
                .build();
        Upload started = here.startUpload(request).getUpload();
        assertThat(there.startUpload(request).getUpload().getUploadId())
            .isEqualTo(started.getUploadId());
        Upload whole = Uploader.builder(there).withoutStateFiles().build().upload(file);
        assertThat(whole.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
        assertThat(here.getUpload(whole.getUploadId())).isEqualTo(whole);
        assertThat(there.abort(started.getUploadId()).getState())
            .isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
        String next =
            here.listUploads(ListUploadsRequest.newBuilder().setPageSize(1).build())
                .getNextPageToken();
        assertThat(
                there
                    .listUploads(
                        ListUploadsRequest.newBuilder().setPageSize(1).setPageToken(next).build())
                    .getUploadsList())
            .extracting(Upload::getUploadId)
            .containsExactly(started.getUploadId());
        assertThat(first.log() + second.log()).doesNotContain(PASSWORD, "ERROR", "SEVERE");

        Path config = one.resolve("waybill.yaml");
        assertThat(command("usage", config).out())
            .isEqualTo(
                "main default open_sessions 0/unlimited reserved_bytes 11000000/unlimited\n");
      }
    }
  }

  /** They are half of a start. */
  @Test
  void onSqliteNothingOfPostgresOrFlywayIsLoaded() throws Exception {
    Path loaded = folder.resolve("loaded.txt");
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      ServerProcess.start(folder, s3.config(), s3, List.of("-Xlog:class+load:file=" + loaded))
          .close();
    }
    assertThat(Files.readAllLines(loaded))
        .anyMatch(line -> line.contains(" org.sqlite."))
        .noneMatch(line -> line.contains(" org.postgresql.") || line.contains(" org.flywaydb."));
  }

  private String database() throws Exception {
    Path key = Files.writeString(folder.resolve("page-token.key"), "k".repeat(32));
    Path password = Files.writeString(folder.resolve("password"), PASSWORD);
    return """
    database: {url: '%s', password_file: %s}
    page_token_key_file: %s
    """
        .formatted(TestPostgres.shared().newDatabase(), password, key);
  }

  private static Jar.Ended command(String name, Path config) throws Exception {
    return Jar.SERVER.run(name, "--config", config.toString());
  }
}
