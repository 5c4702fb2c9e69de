package io.waybill.server.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.waybill.client.cli.WaybillCli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The command-line client in a process of its own, with a heap that no part of a file fits twice.
 */
final class ClientProcess {
  /** Enough for a file of any size. */
  private static final String HEAP = "-Xmx64m";

  /** What the client said of the finished upload. */
  record Uploaded(String uploadId, String state, String bucket, String key, int parts) {}

  /** The client exited with an error; its own words went to standard error. */
  static final class UploadFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    UploadFailedException(int exitCode) {
      super("the client exited with " + exitCode);
    }
  }

  private ClientProcess() {}

  /**
   * Uploads a file, its progress on this process's standard error.
   *
   * @param token travels in the environment, which other users cannot see
   */
  static Uploaded upload(String target, String token, Path file)
      throws IOException, InterruptedException, UploadFailedException {
    ProcessBuilder command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-cp",
                System.getProperty("java.class.path"),
                WaybillCli.class.getName(),
                "upload",
                "--server",
                target,
                "--json",
                "--no-resume",
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectInput(ProcessBuilder.Redirect.INHERIT);
    command.environment().put("WAYBILL_TOKEN", token);
    Process client = command.start();
    String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = client.waitFor();
    if (exitCode != 0) {
      throw new UploadFailedException(exitCode);
    }
    JsonNode upload = new JsonMapper().readTree(answer).path("upload");
    return new Uploaded(
        upload.path("uploadId").asText(),
        upload.path("state").asText(),
        upload.path("bucket").asText(),
        upload.path("objectKey").asText(),
        upload.path("partCount").asInt());
  }
}
