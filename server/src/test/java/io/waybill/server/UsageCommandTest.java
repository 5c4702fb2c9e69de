package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.sql.TestUploads;
import io.waybill.server.upload.Quota;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class UsageCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void printsWhatIsInUseAndTheQuotas() throws Exception {
    try (JdbiUploadStore store =
        JdbiUploadStore.open(folder.resolve("waybill.db"), Clock.systemUTC(), Runnable::run)) {
      TestUploads.newUpload(store, "r1", TestUploads.active());
      TestUploads.newUpload(store, "r2", TestUploads.completed());
      store.create(
          TestUploads.spec("beta", "r1"), TestUploads.active(), TestUploads.END, Quota.UNLIMITED);
    }
    int exitCode =
        usage(
            """
            destinations:
              - name: bucket-of-the-day
                bucket: b
                region: r
                quotas: {default: {open_sessions: 7}, tenants: {beta: {reserved_bytes: 1KiB}}}
            """);

    assertThat(exitCode).as(err.toString()).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "bucket-of-the-day acme open_sessions 1/7 reserved_bytes 107374182400000/unlimited",
            "bucket-of-the-day beta open_sessions 1/7 reserved_bytes 53687091200000/1024");
  }

  @Test
  void aDatabaseThatIsNotThereIsNotMade() throws Exception {
    int exitCode = usage("destinations: [{name: a, bucket: b, region: r}]\n");

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString().strip()).endsWith("no such database").hasLineCount(1);
    assertThat(folder.resolve("waybill.db")).doesNotExist();
  }

  private int usage(String yaml) throws Exception {
    Path config = Files.writeString(folder.resolve("waybill.yaml"), yaml);
    return Main.commandLine(new CommandLine(new UsageCommand()))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute("--config", config.toString(), "--data-dir", folder.toString());
  }
}
