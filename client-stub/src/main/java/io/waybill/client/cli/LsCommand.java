package io.waybill.client.cli;

import com.google.protobuf.util.Timestamps;
import io.waybill.client.WaybillClient;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.ListUploadsResponse;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists uploads. */
@Command(
    name = "ls",
    description = {"Lists your uploads, newest first.", ""},
    footer = {
      "",
      "Examples:",
      "  waybill ls --state ACTIVE --created-before 2026-01-31T00:00:00Z",
      "  waybill ls --all --json | jq -r 'select(.state==\"UPLOAD_STATE_FAILED\").uploadId'"
    })
final class LsCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      converter = ProtoNames.State.class,
      description =
          "Only uploads in this state; may be repeated. CREATING, ACTIVE, COMPLETING, COMPLETED,"
              + " ABORTED, EXPIRED, FAILED.")
  private List<UploadState> states = List.of();

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      defaultValue = "",
      description = "Only uploads to this destination.")
  private String destination = "";

  @Option(
      names = "--prefix",
      paramLabel = "KEY",
      defaultValue = "",
      description = "Only uploads whose object key begins so.")
  private String prefix = "";

  @Option(
      names = "--created-after",
      paramLabel = "TIME",
      description = "Only uploads made then or later, such as 2026-01-31T12:00:00Z.")
  private @Nullable Instant createdAfter;

  @Option(
      names = "--created-before",
      paramLabel = "TIME",
      description = "Only uploads made earlier.")
  private @Nullable Instant createdBefore;

  @Option(names = "--all", description = "All of them, not only the newest 100.")
  private boolean all;

  @Override
  public Integer call() throws Exception {
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      String pageToken = "";
      do {
        ListUploadsResponse page = client.listUploads(request().setPageToken(pageToken).build());
        page.getUploadsList().forEach(upload -> print(upload, output));
        pageToken = page.getNextPageToken();
      } while (all && !pageToken.isEmpty());
      if (!pageToken.isEmpty()) {
        output.note("There are more: see --all.");
      }
    }
    return 0;
  }

  private ListUploadsRequest.Builder request() {
    ListUploadsRequest.Builder request =
        ListUploadsRequest.newBuilder()
            .addAllStates(states)
            .setDestination(destination)
            .setObjectKeyPrefix(prefix);
    if (createdAfter != null) {
      request.setCreatedAfter(Timestamps.fromMillis(createdAfter.toEpochMilli()));
    }
    if (createdBefore != null) {
      request.setCreatedBefore(Timestamps.fromMillis(createdBefore.toEpochMilli()));
    }
    return request;
  }

  private static void print(Upload upload, Output output) {
    if (output.json()) {
      output.json(upload);
      return;
    }
    long size = upload.getSizeBytes();
    output.line(
        "%-36s  %-10s  %3d%%  %10s  %s  s3://%s/%s"
            .formatted(
                upload.getUploadId(),
                Output.state(upload),
                upload.hasObject() || size == 0 ? 100 : upload.getUploadedBytes() * 100 / size,
                Output.bytes(size),
                Output.time(upload.getCreateTime()),
                upload.getBucket(),
                upload.getObjectKey()));
  }
}
