package io.waybill.client.cli;

import io.waybill.client.WaybillClient;
import io.waybill.v1.Upload;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A command that does one call for one upload, and shows what has become of it. */
abstract class OneUploadCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();

  @Parameters(paramLabel = "ID", description = "The upload's id.")
  private String uploadId = "";

  abstract Upload call(WaybillClient client, String id);

  /** For people; a script gets the upload as JSON. */
  abstract void show(Upload upload, Output output);

  @Override
  public final Integer call() throws Exception {
    Output output = cli.output();
    try (WaybillClient client = cli.connect()) {
      Upload upload = call(client, uploadId);
      if (output.json()) {
        output.json(upload);
      } else {
        show(upload, output);
      }
    }
    return 0;
  }
}
