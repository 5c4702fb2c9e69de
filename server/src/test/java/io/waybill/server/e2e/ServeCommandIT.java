package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.client.WaybillClient;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.StartUploadRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandIT {
  private static final String CONFIG =
      """
      destinations:
        - name: a
          bucket: b
          region: us-east-1
      """;

  @TempDir Path folder;

  @Test
  void aPortInUseIsOneLineAndExitCode2() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Jar.Ended ended = serve(CONFIG, "--listen", "127.0.0.1:" + taken.getLocalPort());

      refused(ended, "port " + taken.getLocalPort());
    }
  }

  @Test
  void anUnusableFolderIsOneLineAndExitCode2() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    refused(serve(CONFIG, "--data-dir", file + "/data"), "file/data");
  }

  @Test
  void aWrongKeyIsOneLineAndExitCode2() throws Exception {
    refused(serve(CONFIG + "    bukket: x\n"), "destinations[0].bukket: unknown key");
    refused(serve("listen: ["), "not YAML");
  }

  @Test
  void aSecondServerOnADataDirectoryIsRefusedFaults19() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess first = ServerProcess.start(folder, s3)) {
      String data = folder.resolve("data").toString();
      String config = folder.resolve("waybill.yaml").toString();

      Jar.Ended second =
          serve(s3.config(), "--listen", "127.0.0.1:0", "--data-dir", folder.resolve("data") + "/");
      refused(second, "waybill.db is in use by another server (process " + first.pid() + ", since");

      // Commands beside a server go on.
      for (String command : List.of("usage", "sweep")) {
        Jar.Ended beside =
            Jar.await(
                Jar.SERVER.start(
                    s3.credentials(), List.of(command, "--config", config, "--data-dir", data)));
        assertThat(beside.exitCode()).as(command + beside.err()).isZero();
      }
      first.kill();
      // Whatever ended the first, its lock ended with it.
      ServerProcess.start(folder, s3).close();
    }
  }

  @Test
  void anOpenAddressHasToBeAskedForInWords() throws Exception {
    refused(serve(CONFIG, "--listen", "0.0.0.0:0"), "--insecure-listen-anywhere");
  }

  @Test
  void aWrongFlagShowsTheUsage() throws Exception {
    Jar.Ended ended = Jar.SERVER.run("serve", "--config", "x", "--no-such-flag");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("--no-such-flag").contains("Usage:");
  }

  @Test
  void theExampleItPrintsIsOneItTakes() throws Exception {
    Jar.Ended printed = Jar.SERVER.run("config", "example");
    Path file = Files.writeString(folder.resolve("example.yaml"), printed.out());

    Jar.Ended checked = Jar.SERVER.run("config", "check", "--config", file.toString());

    assertThat(checked.exitCode()).as(checked.err()).isZero();
    assertThat(checked.out()).startsWith("OK: 1 destination(s)");
  }

  @Test
  void theBucketIsCheckedOnDemand() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      Jar.Ended checked = checkStorage(s3, s3.config());
      assertThat(checked.exitCode()).as(checked.out() + checked.err()).isZero();
      assertThat(checked.out())
          .contains("OK      main: s3:ListBucketMultipartUploads on bucket " + TestS3.BUCKET)
          .contains("OK      main: If-None-Match is honoured")
          .endsWith("OK: 1 destination(s)\n");

      Jar.Ended refused = checkStorage(s3, s3.config().replace(TestS3.BUCKET, "none"));
      assertThat(refused.exitCode()).isEqualTo(2);
      assertThat(refused.out()).contains("FAILED  main: bucket none does not exist");

      assertThat(checkStorage(s3, s3.config() + "    startup_checks: off\n").out())
          .contains("SKIPPED main: startup_checks is off");
    }
  }

  private Jar.Ended checkStorage(TestS3 s3, String config) throws Exception {
    Path file = Files.writeString(folder.resolve("checked.yaml"), config);
    return Jar.await(
        Jar.SERVER.start(
            s3.credentials(),
            List.of("config", "check", "--storage", "--config", file.toString())));
  }

  @Test
  void stopsInOrderAndKeepsWhatItAcknowledged() throws Exception {
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      ServerProcess first = ServerProcess.start(folder, s3);
      String uploadId;
      try (WaybillClient client = WaybillClient.builder(first.target()).plaintext().build()) {
        uploadId =
            client
                .startUpload(
                    StartUploadRequest.newBuilder().setRequestId("r").setSizeBytes(1).build())
                .getUpload()
                .getUploadId();
      }
      assertThat(first.stop()).isIn(0, 143); // 128 + SIGTERM, as every JVM ends on it
      try (ServerProcess second = ServerProcess.start(folder, s3);
          WaybillClient client = WaybillClient.builder(second.target()).plaintext().build()) {
        assertThat(client.listUploads(ListUploadsRequest.getDefaultInstance()).getUploads(0))
            .returns(uploadId, upload -> upload.getUploadId());
      }
    }
  }

  @Test
  void theProductionJarHoldsNothingOfDevs() throws Exception {
    try (ZipFile jar = new ZipFile(Jar.SERVER.path().toFile())) {
      assertThat(jar.stream().map(entry -> entry.getName()))
          .noneMatch(name -> name.startsWith("io/waybill/server/dev/"))
          .noneMatch(name -> name.startsWith("io/waybill/client/"))
          .noneMatch(name -> name.startsWith("org/gaul/"))
          .noneMatch(name -> name.startsWith("org/jclouds/"))
          .noneMatch(name -> name.startsWith("jakarta/servlet/"))
          .contains("io/waybill/server/Main.class", "waybill/v1/upload_service.proto");
    }
  }

  private Jar.Ended serve(String config, String... more) throws Exception {
    Path file = Files.writeString(folder.resolve("waybill.yaml"), config);
    List<String> arguments = new ArrayList<>(List.of("serve", "--config", file.toString()));
    arguments.addAll(List.of(more));
    Map<String, String> defaults =
        Map.of("WAYBILL_LISTEN", "127.0.0.1:0", "WAYBILL_DATA_DIR", folder + "/data");
    return Jar.await(Jar.SERVER.start(defaults, arguments));
  }

  private static void refused(Jar.Ended ended, String words) {
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(2);
    assertThat(ended.err().strip()).contains(words);
    assertThat(ended.err().strip().lines()).as(ended.err()).hasSize(1);
    assertThat(ended.out()).isEmpty();
  }
}
