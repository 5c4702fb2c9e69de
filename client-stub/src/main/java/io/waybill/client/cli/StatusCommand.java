package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows one upload. */
@Command(
    name = "status",
    description = {"Shows how far an upload is, and which parts are missing.", ""})
final class StatusCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();

  @Parameters(paramLabel = "ID", description = "The upload's id.")
  private String uploadId = "";

  @Override
  public Integer call() throws Exception {
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      Upload upload = client.getUpload(uploadId);
      if (output.json()) {
        output.json(upload);
      } else {
        describe(upload, output);
      }
    }
    return 0;
  }

  private static void describe(Upload upload, Output output) {
    output.line("upload   " + upload.getUploadId());
    output.line("state    " + Output.state(upload));
    output.line("object   s3://" + upload.getBucket() + "/" + upload.getObjectKey());
    output.line(
        "bytes    %s of %s"
            .formatted(
                Output.bytes(upload.getUploadedBytes()), Output.bytes(upload.getSizeBytes())));
    output.line(
        "parts    %d of %d, %s each"
            .formatted(
                upload.getUploadedParts(),
                upload.getPartCount(),
                Output.bytes(upload.getPartSizeBytes())));
    if (upload.getMissingRangesCount() > 0) {
      output.line(
          "missing  "
              + upload.getMissingRangesList().stream()
                  .map(
                      r ->
                          r.getFirstPart() == r.getLastPart()
                              ? String.valueOf(r.getFirstPart())
                              : r.getFirstPart() + "-" + r.getLastPart())
                  .collect(Collectors.joining(", ")));
    }
    output.line("created  " + Output.time(upload.getCreateTime()));
    output.line(
        upload.hasCompleteTime()
            ? "complete " + Output.time(upload.getCompleteTime())
            : "expires  " + Output.time(upload.getExpireTime()));
    if (upload.hasObject()) {
      output.line("etag     " + upload.getObject().getEtag());
    }
    if (upload.hasFailure()) {
      output.line("failure  " + upload.getFailure().getMessage());
    }
  }
}
