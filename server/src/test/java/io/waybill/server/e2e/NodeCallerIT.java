package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller that shares nothing with us but the .proto files. */
class NodeCallerIT {
  private static final Path SOURCES = Path.of("src", "test", "node");

  @TempDir Path folder;

  @Test
  void uploadsASingleAndAMultipartFile() throws Exception {
    assumeTrue(isThere("node") && isThere("npm"), "skipped: node and npm are not on this machine");
    Path node = installed();
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        ServerProcess server = ServerProcess.start(folder, s3)) {
      for (int size : new int[] {0, 1_234_567, 12_345_678}) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Path file = Files.write(folder.resolve(size + " bytes.bin"), bytes);

        Jar.Ended ended =
            run(
                node,
                "node",
                "upload.mjs",
                server.target(),
                Path.of("..", "proto").toAbsolutePath().toString(),
                file.toString());

        assertThat(ended.exitCode()).as(ended.err()).isZero();
        JsonNode upload = new JsonMapper().readTree(ended.out());
        assertThat(upload.path("state").asText()).isEqualTo("UPLOAD_STATE_COMPLETED");
        assertThat(upload.path("partCount").asInt()).isEqualTo(size > 6 << 20 ? 3 : 1);
        assertThat(s3.object(upload.path("objectKey").asText())).isEqualTo(bytes);
      }
    }
  }

  private Path installed() throws Exception {
    Path node = Files.createDirectories(Path.of("target", "node-caller"));
    for (String name : List.of("package.json", "package-lock.json", "upload.mjs")) {
      Files.copy(SOURCES.resolve(name), node.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    Jar.Ended ended = run(node, "npm", "ci", "--silent", "--no-audit", "--no-fund");
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    return node;
  }

  private static boolean isThere(String command) throws InterruptedException {
    try {
      return new ProcessBuilder(command, "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Jar.Ended run(Path where, String... command) throws Exception {
    return Jar.await(new ProcessBuilder(command).directory(where.toFile()).start());
  }
}
