package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.client.WaybillClient;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orphans that are old enough are in {@code SweepOrphansIT}: a process has no clock to turn. */
class SweepCommandIT {
  private static final String YOUNG = "default/01890a5d-ac96-774b-bcce-b302099a8057/young.bin";
  private static final String FOREIGN = "backup/2026.tar";

  @TempDir Path folder;

  @Test
  void saysWhatItWouldDoAndThenDoesJustThat() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, yaml(s3), s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      Upload expiring = startMultipart(client, "brief");
      Upload live = startMultipart(client, "main");
      s3.createMultipartUpload(YOUNG);
      s3.createMultipartUpload(FOREIGN);
      String session =
          " %s %s %s".formatted(expiring.getUploadId(), "brief", expiring.getObjectKey());

      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !sweep(s3, "--dry-run").out().startsWith("dry run: 0"));
      assertThat(sweep(s3, "--dry-run").out().lines())
          .containsExactly("EXPIRE          WOULD" + session, "dry run: 1 {EXPIRE=1}");
      assertThat(s3.multipartKeys()).hasSize(4);

      assertThat(sweep(s3).out().lines())
          .containsExactly("EXPIRE          DONE " + session, "swept: 1 {EXPIRE=1}");
      assertThat(s3.multipartKeys()).containsExactlyInAnyOrder(live.getObjectKey(), YOUNG, FOREIGN);
      assertThat(client.getUpload(expiring.getUploadId()).getState())
          .isEqualTo(UploadState.UPLOAD_STATE_EXPIRED);
    }
  }

  @Test
  void anEmptyDatabaseWouldCallEverythingAnOrphanSoThereHasToBeOne() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      Jar.Ended ended = run(s3, folder.resolve("typo"));

      assertThat(ended.exitCode()).isEqualTo(2);
      assertThat(ended.err()).contains("typo/waybill.db: no such database");
      assertThat(folder.resolve("typo")).doesNotExist();
    }
  }

  /** Two destinations; the sessions of one end after a second, and nobody but the test sweeps. */
  private static String yaml(TestS3 s3) {
    return s3.config()
        + """
          - name: brief
            bucket: %s
            region: us-east-1
            endpoint: %s
            path_style: true
            session_ttl: 1s
        sweeper: {interval: 1d}
        """
            .formatted(TestS3.BUCKET, s3.endpoint());
  }

  private static Upload startMultipart(WaybillClient client, String destination) {
    return client
        .startUpload(
            StartUploadRequest.newBuilder()
                .setRequestId(destination)
                .setDestination(destination)
                .setSizeBytes(20_000_000)
                .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
                .build())
        .getUpload();
  }

  /** Beside the running server, on the same database. */
  private Jar.Ended sweep(TestS3 s3, String... flags) throws Exception {
    Jar.Ended ended = run(s3, folder.resolve("data"), flags);
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    return ended;
  }

  private Jar.Ended run(TestS3 s3, Path dataDir, String... flags) throws Exception {
    Path config = Files.writeString(folder.resolve("sweep.yaml"), yaml(s3));
    List<String> arguments =
        new ArrayList<>(
            List.of("sweep", "--config", config.toString(), "--data-dir", dataDir.toString()));
    arguments.addAll(List.of(flags));
    return Jar.await(Jar.SERVER.start(s3.credentials(), arguments));
  }
}
