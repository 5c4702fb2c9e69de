package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import picocli.CommandLine.Command;

/** Gives one upload up. */
@Command(
    name = "abort",
    description = {"Gives an upload up, so that S3 frees what it stored of it.", ""})
final class AbortCommand extends OneUploadCommand {

  @Override
  Upload call(WaybillClient client, String id) {
    return client.abort(id);
  }

  @Override
  void show(Upload upload, Output output) {
    output.line(upload.getUploadId() + "  " + Output.state(upload));
  }
}
