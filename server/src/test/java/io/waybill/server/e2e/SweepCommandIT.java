package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.client.WaybillClient;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepCommandIT {
  private static final String ORPHAN = "default/01890a5d-ac96-774b-bcce-b302099a8057/orphan.bin";
  private static final List<String> FOREIGN =
      List.of("backup/2026.tar", "default/123e4567-e89b-42d3-a456-426614174000/x.bin");

  @TempDir Path folder;

  @Test
  void namesExactlyTheOrphansAndLeavesTheRestAlone() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      String live = startMultipart(client).getObjectKey();
      s3.createMultipartUpload(ORPHAN);
      FOREIGN.forEach(s3::createMultipartUpload);
      List<String> rest = new ArrayList<>(FOREIGN);
      rest.add(live);
      rest.sort(null);

      await().until(() -> sweep(s3, "--dry-run").out().startsWith("ABORT_ORPHAN    WOULD"));
      assertThat(sweep(s3, "--dry-run").out().lines())
          .containsExactly(
              "ABORT_ORPHAN    WOULD 01890a5d-ac96-774b-bcce-b302099a8057 main " + ORPHAN,
              "dry run: 1 {ABORT_ORPHAN=1}");
      assertThat(s3.multipartKeys()).contains(ORPHAN).hasSize(4);

      assertThat(sweep(s3).out()).contains("ABORT_ORPHAN    DONE").contains("swept: 1");
      assertThat(s3.multipartKeys()).isEqualTo(rest);
      assertThat(sweep(s3).out()).isEqualTo("swept: 0 {}" + System.lineSeparator());
    }
  }

  private static Upload startMultipart(WaybillClient client) {
    return client
        .startUpload(
            StartUploadRequest.newBuilder()
                .setRequestId("live")
                .setSizeBytes(20_000_000)
                .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
                .build())
        .getUpload();
  }

  /** Beside the running server, on the same database. */
  private Jar.Ended sweep(TestS3 s3, String... flags) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("sweep.yaml"), s3.config() + "sweeper: {orphan_age: 1s}\n");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sweep",
                "--config",
                config.toString(),
                "--data-dir",
                folder.resolve("data").toString()));
    arguments.addAll(List.of(flags));
    Jar.Ended ended = Jar.await(Jar.SERVER.start(s3.credentials(), arguments));
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    return ended;
  }
}
