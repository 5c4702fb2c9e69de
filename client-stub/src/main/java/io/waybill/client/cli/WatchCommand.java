package io.waybill.client.cli;

import io.waybill.client.UploadProgress;
import io.waybill.client.UploadProgress.Phase;
import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadState;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Follows one upload. */
@Command(
    name = "watch",
    description = {
      "Follows an upload, whoever sends it, until it has ended, and prints how it ended.",
      "",
      "Goes on by itself when the connection breaks or the server is replaced. With --json it prints"
          + " the upload at every change, and progress is left out.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  waybill watch ID",
      "  waybill watch --json ID | jq -r .uploadedBytes"
    })
final class WatchCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();

  @Parameters(paramLabel = "ID", description = "The upload's id.")
  private String uploadId = "";

  private @Nullable ProgressDisplay display;

  @Override
  public Integer call() throws Exception {
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      Upload end = client.watchUpload(uploadId, upload -> show(upload, output));
      close();
      if (!output.json()) {
        output.line(end.getUploadId() + "  " + Output.state(end) + outcome(end));
      }
      return end.getState() == UploadState.UPLOAD_STATE_COMPLETED ? 0 : Failures.ENDED_OTHERWISE;
    } finally {
      close();
    }
  }

  private void show(Upload upload, Output output) {
    if (output.json()) {
      output.json(upload);
      return;
    }
    if (display == null) {
      display = ProgressDisplay.of(name(upload), output);
    }
    display.onProgress(progress(upload));
  }

  private static String name(Upload upload) {
    return upload.getFilename().isEmpty() ? upload.getUploadId() : upload.getFilename();
  }

  private static UploadProgress progress(Upload upload) {
    return new UploadProgress(
        phase(upload.getState()),
        upload.getUploadId(),
        upload.getSizeBytes(),
        upload.getUploadedBytes(),
        0,
        upload.getUploadedParts(),
        upload.getPartCount());
  }

  private static Phase phase(UploadState state) {
    return switch (state) {
      case UPLOAD_STATE_CREATING -> Phase.STARTING;
      case UPLOAD_STATE_COMPLETING -> Phase.COMPLETING;
      case UPLOAD_STATE_COMPLETED -> Phase.COMPLETED;
      case UPLOAD_STATE_ABORTED, UPLOAD_STATE_EXPIRED, UPLOAD_STATE_FAILED -> Phase.FAILED;
      default -> Phase.UPLOADING;
    };
  }

  private static String outcome(Upload upload) {
    if (upload.hasObject()) {
      return "  " + upload.getObject().getLocation();
    }
    return upload.hasFailure() ? "  " + upload.getFailure().getMessage() : "";
  }

  private void close() {
    if (display != null) {
      display.close();
      display = null;
    }
  }
}
