package io.waybill.client.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.waybill.client.UploadFailedException;
import io.waybill.client.WaybillException;
import io.waybill.v1.Upload;
import java.nio.file.Path;

/** What {@code upload} says in the end about one file. */
final class UploadReport {

  private final Path file;
  private final Output output;

  UploadReport(Path file, Output output) {
    this.file = file;
    this.output = output;
  }

  void done(Upload upload) {
    if (output.json()) {
      Struct.Builder object = Struct.newBuilder();
      try {
        JsonFormat.parser().merge(Output.toJson(upload), object);
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("it is JSON that we have just made", e);
      }
      output.json(
          result(true).putFields("upload", Value.newBuilder().setStructValue(object).build()));
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
      Struct.Builder error =
          Struct.newBuilder()
              .putFields("kind", string(kind(failure)))
              .putFields("reason", string(reason(failure)))
              .putFields("message", string(String.valueOf(failure.getMessage())))
              .putFields("resumable", Value.newBuilder().setBoolValue(resumable).build())
              .putFields("uploadId", string(uploadId));
      output.json(
          result(false).putFields("error", Value.newBuilder().setStructValue(error).build()));
    }
  }

  private Struct.Builder result(boolean ok) {
    return Struct.newBuilder()
        .putFields("file", string(file.toString()))
        .putFields("ok", Value.newBuilder().setBoolValue(ok).build());
  }

  private static String kind(Exception failure) {
    return failure instanceof UploadFailedException e ? e.kind().name() : "SOURCE_UNREADABLE";
  }

  private static String reason(Throwable failure) {
    if (failure instanceof WaybillException e) {
      return e.reason();
    }
    return failure.getCause() == null ? "" : reason(failure.getCause());
  }

  private static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }
}
