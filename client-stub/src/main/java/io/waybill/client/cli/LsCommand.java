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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

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
  @Spec private CommandSpec spec = CommandSpec.create();

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

  /** What the server gives at once, at the most. */
  private static final int PAGE = 1_000;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many, the newest. Default: 100.")
  private int limit;

  @Option(names = "--all", description = "All of them.")
  private boolean all;

  @Override
  public Integer call() throws Exception {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit: 1 or more, not " + limit);
    }
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      String pageToken = "";
      int shown = 0;
      do {
        int wanted = all ? PAGE : Math.min(PAGE, limit - shown);
        ListUploadsResponse page =
            client.listUploads(request().setPageSize(wanted).setPageToken(pageToken).build());
        page.getUploadsList().forEach(upload -> print(upload, output));
        shown += page.getUploadsCount();
        pageToken = page.getNextPageToken();
      } while (!pageToken.isEmpty() && (all || shown < limit));
      if (!pageToken.isEmpty()) {
        output.note("There are more: see --limit and --all.");
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
