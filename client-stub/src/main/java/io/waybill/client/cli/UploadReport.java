package io.waybill.client.cli;

import io.waybill.client.UploadFailedException;
import io.waybill.client.WaybillException;
import io.waybill.v1.Upload;
import java.io.IOException;

/** What {@code upload} says in the end about one file. */
final class UploadReport {

  private final String file;
  private final Output output;

  UploadReport(String file, Output output) {
    this.file = file;
    this.output = output;
  }

  void done(Upload upload) {
    if (output.json()) {
      output.json(
          "{\"file\":%s,\"ok\":true,\"upload\":%s}"
              .formatted(Output.quote(file), Output.toJson(upload)));
    } else {
      output.line(file + "  " + upload.getObject().getLocation());
    }
  }

  void failed(Exception failure, boolean remembered) {
    output.note("waybill: " + file + ": " + Failures.describe(failure));
    String uploadId = "";
    boolean resumable = false;
    if (failure instanceof UploadFailedException e) {
      uploadId = e.uploadId().orElse("");
      resumable = e.resumable() && !uploadId.isEmpty();
    }
    if (resumable) {
      output.note(
          (remembered ? "Resume it with the same command, or" : "Resume it")
              + " with --upload-id "
              + uploadId);
    }
    if (output.json()) {
      output.json(
          """
          {"file":%s,"ok":false,"error":{"kind":%s,"reason":%s,"message":%s,"resumable":%s,\
          "uploadId":%s}}"""
              .formatted(
                  Output.quote(file),
                  Output.quote(kind(failure)),
                  Output.quote(reason(failure)),
                  Output.quote(message(failure)),
                  resumable,
                  Output.quote(uploadId)));
    }
  }

  private static String kind(Exception failure) {
    return failure instanceof UploadFailedException e ? e.kind().name() : "SOURCE_UNREADABLE";
  }

  private static String message(Exception failure) {
    return failure instanceof IOException
        ? Failures.describe(failure)
        : String.valueOf(failure.getMessage());
  }

  private static String reason(Throwable failure) {
    if (failure instanceof WaybillException e) {
      return e.reason();
    }
    return failure.getCause() == null ? "" : reason(failure.getCause());
  }
}
