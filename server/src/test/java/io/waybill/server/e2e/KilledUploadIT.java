package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.client.WaybillClient;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledUploadIT {
  private static final int PARTS = 10;
  private static final int PARALLEL = 2;
  private static final int STORED_BEFORE_THE_KILL = 4;

  @TempDir Path folder;

  @Test
  void afterKillMinusNineOnlyTheMissingPartsTravel() throws Exception {
    byte[] bytes = new byte[PARTS * (5 << 20)];
    new Random(5).nextBytes(bytes);
    Path file = Files.write(folder.resolve("large.bin"), bytes);
    CountDownLatch killed = new CountDownLatch(1);
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      s3.onStored(
          (key, part) -> {
            if (s3.puts() > STORED_BEFORE_THE_KILL) {
              waitFor(killed);
            }
          });
      List<String> command =
          ServerProcess.cliUpload(server.target(), file, "--parallel", String.valueOf(PARALLEL));
      Process first = Jar.CLI.start(ServerProcess.home(folder), command);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> s3.puts() == STORED_BEFORE_THE_KILL + PARALLEL);
      await().until(() -> only(client).getUploadedParts() == STORED_BEFORE_THE_KILL);
      first.destroyForcibly().waitFor();
      killed.countDown();

      Jar.Ended second = Jar.await(Jar.CLI.start(ServerProcess.home(folder), command));

      assertThat(second.exitCode()).as(second.err()).isZero();
      assertThat(s3.puts())
          .as("those reported before the kill do not travel again")
          .isEqualTo(PARTS + PARALLEL);
      Upload upload = only(client);
      assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
      assertThat(s3.object(upload.getObjectKey())).isEqualTo(bytes);
    }
  }

  /** One request id makes one session, kill or no kill. */
  private static Upload only(WaybillClient client) {
    List<Upload> all = client.listUploads(ListUploadsRequest.getDefaultInstance()).getUploadsList();
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
