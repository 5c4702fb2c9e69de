package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Gives one upload up. */
@Command(
    name = "abort",
    description = {"Gives an upload up, so that S3 frees what it stored of it.", ""})
final class AbortCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();

  @Parameters(paramLabel = "ID", description = "The upload's id.")
  private String uploadId = "";

  @Override
  public Integer call() throws Exception {
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      Upload upload = client.abort(uploadId);
      if (output.json()) {
        output.json(upload);
      } else {
        output.line(upload.getUploadId() + "  " + Output.state(upload));
      }
    }
    return 0;
  }
}
