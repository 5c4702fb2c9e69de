package io.waybill.client.cli;

import io.waybill.client.RetryPolicy;
import io.waybill.client.UploadFailedException;
import io.waybill.client.UploadHandle;
import io.waybill.client.UploadOptions;
import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Uploads files, one after the other. */
@Command(
    name = "upload",
    description = {
      "Uploads files, one after the other, and prints where each one is.",
      "",
      "Ctrl-C stops the upload and leaves it resumable: the same command sends what is missing. A"
          + " failure of one file does not stop the next ones, unless the server cannot be reached;"
          + " the exit code is the first failure's.",
      "",
      "A resume first compares the parts that have arrived with the file, by their checksums, and"
          + " starts anew if they differ. With --checksum NONE or MD5, or a store that returns no"
          + " checksums, it goes by the file's size, mtime, inode and ctime (on Windows, by size and"
          + " mtime alone): other bytes are not noticed where these are the same.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  waybill upload film.mp4",
      "  waybill upload --destination media --key 2026/film.mp4 film.mp4",
      "  waybill upload --metadata title=Film --parallel 8 --part-size 64MiB film.mp4",
      "  waybill upload --json --quiet film.mp4 | jq -r .upload.object.location",
      "  waybill upload --upload-id ID film.mp4      (resume what was begun elsewhere)"
    })
final class UploadCommand implements Callable<Integer> {

  @ParentCommand private WaybillCli cli = new WaybillCli();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files to upload.")
  private List<FileArgument> files = List.of();

  @Option(
      names = "--destination",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The destination; needed where the server has several.")
  private String destination = "";

  @Option(
      names = "--key",
      paramLabel = "KEY",
      defaultValue = "",
      description = "The object key that the destination's template is filled with; one FILE only.")
  private String key = "";

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      defaultValue = "",
      description = "Default: guessed from the file's name.")
  private String contentType = "";

  @Option(
      names = "--part-size",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      defaultValue = "0",
      description = "5MiB to 5GiB, a wish. Default: the destination's, usually 8MiB.")
  private long partSizeBytes;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      converter = ProtoNames.Mode.class,
      defaultValue = "AUTO",
      description = "AUTO, SINGLE or MULTIPART. Default: AUTO.")
  private UploadMode mode = UploadMode.UPLOAD_MODE_AUTO;

  @Option(
      names = "--checksum",
      paramLabel = "ALGORITHM",
      converter = ProtoNames.Checksum.class,
      defaultValue = "CRC32C",
      description = "NONE, MD5, CRC32, CRC32C, CRC64NVME or SHA256. Default: CRC32C.")
  private ChecksumAlgorithm checksum = ChecksumAlgorithm.CHECKSUM_ALGORITHM_CRC32C;

  @Option(
      names = "--metadata",
      paramLabel = "NAME=VALUE",
      description = "Stored with the object as x-amz-meta-NAME; may be repeated.")
  private Map<String, String> metadata = Map.of();

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "4",
      description = "Parts sent at a time, 1 to 64. Default: 4.")
  private int parallel;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "7",
      description = "How often a part is tried again, 0 to 99. Default: 7.")
  private int retries;

  @Option(names = "--no-resume", description = "Start anew, and remember nothing for a later run.")
  private boolean noResume;

  @Option(
      names = "--upload-id",
      paramLabel = "ID",
      defaultValue = "",
      description = "Resume this upload; one FILE only.")
  private String uploadId = "";

  @Override
  public Integer call() throws Exception {
    if (files.size() > 1 && !(key.isEmpty() && uploadId.isEmpty())) {
      throw usage("--key and --upload-id go with one FILE only");
    }
    if (files.stream().anyMatch(file -> file.text().equals("-"))) {
      throw usage("standard input ('-') is not supported yet: its length is not known beforehand");
    }
    Optional<String> problem = files.get(0).locale().workingDirectoryProblem();
    if (problem.isPresent()) {
      throw usage(problem.get());
    }
    try (WaybillClient client = cli.connect();
        CtrlC ctrlC = new CtrlC()) {
      Uploader uploader = uploader(client);
      if (!noResume && !uploader.keepsStateFiles()) {
        cli.output()
            .note(
                "waybill: neither XDG_STATE_HOME nor HOME is an absolute path that can be read:"
                    + " the same command will not resume an upload, --upload-id will");
      }
      return uploadAll(uploader, ctrlC);
    }
  }

  private int uploadAll(Uploader uploader, CtrlC ctrlC) throws InterruptedException {
    int exitCode = 0;
    for (FileArgument file : files) {
      int code = uploadOne(uploader, file, ctrlC);
      exitCode = exitCode == 0 ? code : exitCode;
      if (code == Failures.UNAVAILABLE || code == Failures.INTERRUPTED) {
        break;
      }
    }
    return exitCode;
  }

  private int uploadOne(Uploader uploader, FileArgument file, CtrlC ctrlC)
      throws InterruptedException {
    UploadReport report = new UploadReport(file.text(), cli.output());
    try {
      Path path = file.path();
      Upload upload;
      try (ProgressDisplay display =
          ProgressDisplay.of(String.valueOf(path.getFileName()), cli.output())) {
        UploadHandle handle = uploader.start(path, options(), display);
        ctrlC.cancels(handle);
        upload = handle.await();
      }
      report.done(upload);
      return 0;
    } catch (UploadFailedException | IOException | TypeConversionException e) {
      report.failed(e, uploader.keepsStateFiles());
      return Failures.exitCode(e);
    }
  }

  private Uploader uploader(WaybillClient client) {
    try {
      Uploader.Builder uploader =
          Uploader.builder(client)
              .parallel(parallel)
              .retry(RetryPolicy.defaults().withMaxAttempts(retries + 1));
      return (noResume ? uploader.withoutStateFiles() : uploader).build();
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private UploadOptions options() {
    return UploadOptions.builder()
        .destination(destination)
        .objectKey(key)
        .contentType(contentType)
        .partSizeBytes(partSizeBytes)
        .mode(mode)
        .checksumAlgorithm(checksum)
        .metadata(metadata)
        .uploadId(uploadId)
        .build();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
