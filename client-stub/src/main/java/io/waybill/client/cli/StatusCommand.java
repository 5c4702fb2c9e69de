package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** Shows one upload. */
@Command(
    name = "status",
    description = {"Shows how far an upload is, and which parts are missing.", ""})
final class StatusCommand extends OneUploadCommand {

  @Override
  Upload call(WaybillClient client, String id) {
    return client.getUpload(id);
  }

  @Override
  void show(Upload upload, Output output) {
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
