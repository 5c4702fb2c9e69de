package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.client.WaybillClient;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KilledUploadIT {
  private static final int PARTS = 10;
  private static final int PARALLEL = 2;
  private static final int STORED_BEFORE_THE_KILL = 4;

  @TempDir Path folder;

  @Test
  void afterKillMinusNineOnlyTheMissingPartsTravel() throws Exception {
    byte[] bytes = bytes(5);
    Path file = Files.write(folder.resolve("large.bin"), bytes);
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      List<String> command = upload(server, file, "CRC32C");
      killOnTheWay(command, s3, client);

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

  /** FAULTS 1: the size and the mtime stay. */
  @ParameterizedTest
  @CsvSource({"CRC32C, true", "CRC32C, false", "NONE, true"})
  void faults1AfterKillMinusNineAReplacedFileIsSentWhole(String checksum, boolean inPlace)
      throws Exception {
    Path file = Files.write(folder.resolve("large.bin"), bytes(5));
    FileTime modified = Files.getLastModifiedTime(file);
    byte[] other = bytes(6);
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3);
        WaybillClient client = WaybillClient.builder(server.target()).plaintext().build()) {
      List<String> command = upload(server, file, checksum);
      killOnTheWay(command, s3, client);
      if (inPlace) {
        Files.write(file, other, StandardOpenOption.WRITE);
      } else {
        Path beside = Files.write(folder.resolve("other.bin"), other);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.setLastModifiedTime(file, modified);

      Jar.Ended second = Jar.await(Jar.CLI.start(ServerProcess.home(folder), command));

      assertThat(second.exitCode()).as(second.err()).isZero();
      assertThat(uploads(client))
          .as("newest first: the file as it is now, and the one that is no more")
          .extracting(Upload::getState)
          .containsExactly(UploadState.UPLOAD_STATE_COMPLETED, UploadState.UPLOAD_STATE_ABORTED);
      assertThat(s3.object(uploads(client).get(0).getObjectKey())).isEqualTo(other);
      assertThat(s3.puts()).isEqualTo(STORED_BEFORE_THE_KILL + PARALLEL + PARTS);
    }
  }

  private static byte[] bytes(long seed) {
    byte[] bytes = new byte[PARTS * (5 << 20)];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<String> upload(ServerProcess server, Path file, String checksum) {
    return ServerProcess.cliUpload(
        server.target(), file, "--parallel", String.valueOf(PARALLEL), "--checksum", checksum);
  }

  /** Kills the command when some parts are reported, and the next ones are in S3, unknown. */
  private void killOnTheWay(List<String> command, TestS3 s3, WaybillClient client)
      throws Exception {
    CountDownLatch killed = new CountDownLatch(1);
    s3.onStored(
        (key, part) -> {
          if (s3.puts() > STORED_BEFORE_THE_KILL) {
            waitFor(killed);
          }
        });
    Process first = Jar.CLI.start(ServerProcess.home(folder), command);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> s3.puts() == STORED_BEFORE_THE_KILL + PARALLEL);
    await().until(() -> only(client).getUploadedParts() == STORED_BEFORE_THE_KILL);
    first.destroyForcibly().waitFor();
    killed.countDown();
  }

  /** One request id makes one session, kill or no kill. */
  private static Upload only(WaybillClient client) {
    List<Upload> all = uploads(client);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static List<Upload> uploads(WaybillClient client) {
    return client.listUploads(ListUploadsRequest.getDefaultInstance()).getUploadsList();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
