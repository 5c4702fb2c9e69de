package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.client.UploadFailedException;
import io.waybill.client.UploadOptions;
import io.waybill.client.Uploader;
import io.waybill.client.WaybillClient;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a security person tries first: an executable by another name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContentIT {
  private static final UploadOptions PDF =
      UploadOptions.builder().contentType("application/pdf").build();

  @TempDir static Path folder;
  private TestS3 s3;
  private ServerProcess server;
  private WaybillClient client;
  private Uploader uploader;

  @BeforeAll
  void start() throws Exception {
    s3 = TestS3.start(folder.resolve("s3"));
    server = ServerProcess.start(folder, s3.config() + "    content_check: reject\n", s3);
    client = WaybillClient.builder(server.target()).plaintext().build();
    uploader = Uploader.builder(client).withoutStateFiles().build();
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    server.close();
    s3.close();
    assertThat(server.log()).doesNotContain("X-Amz-Signature", "ERROR", "SEVERE");
  }

  @Test
  void anExecutableCalledReportPdfDoesNotBecomeCompleted() throws Exception {
    for (int size : new int[] {2, 5_000, 11_000_000}) {
      Path report = file(size, "MZ\u0090\0\3\0\0\0\4\0\0\0");

      UploadFailedException failure =
          catchThrowableOfType(UploadFailedException.class, () -> uploader.upload(report, PDF));

      assertThat(failure).hasStackTraceContaining("CONTENT_MISMATCH");
      Upload newest = client.listUploads(ListUploadsRequest.getDefaultInstance()).getUploads(0);
      Upload upload = client.getUpload(newest.getUploadId());
      assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_FAILED);
      assertThat(upload.getFilename()).isEqualTo("report.pdf");
      assertThat(upload.getFailure().getMessage())
          .isEqualTo("the content is application/x-msdownload, declared was application/pdf");
      assertThat(s3.keys()).doesNotContain(upload.getObjectKey());
      assertThat(s3.multipartKeys()).isEmpty();
    }
  }

  @Test
  void aReportIsAReport() throws Exception {
    for (int size : new int[] {0, 5_000, 11_000_000}) {
      Path report = file(size, "%PDF-1.7\n");

      Upload upload = uploader.upload(report, PDF);

      assertThat(upload.getState()).isEqualTo(UploadState.UPLOAD_STATE_COMPLETED);
      assertThat(upload.getMode()).isEqualTo(UploadMode.UPLOAD_MODE_MULTIPART);
      assertThat(s3.object(upload.getObjectKey())).isEqualTo(Files.readAllBytes(report));
    }
  }

  private static Path file(int size, String start) throws Exception {
    byte[] bytes = new byte[size];
    byte[] first = start.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(first, 0, bytes, 0, Math.min(size, first.length));
    if (size > first.length) {
      Arrays.fill(bytes, first.length, size, (byte) 7);
    }
    return Files.write(Files.createTempDirectory(folder, "in").resolve("report.pdf"), bytes);
  }
}
