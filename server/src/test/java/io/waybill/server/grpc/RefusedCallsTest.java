package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.waybill.server.ops.HeardLog;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of those who were refused. */
class RefusedCallsTest {
  private static final int LINES_PER_MINUTE = 10;

  @TempDir Path folder;
  @RegisterExtension final HeardLog heard = HeardLog.of(RefusedCalls.class);

  @Test
  void nobodyFillsTheDiskByBeingRefused() {
    try (SecuredWaybill waybill = SecuredWaybill.withTokens(folder, Reflection.OFF)) {
      ManagedChannel channel = waybill.plaintext();
      for (int i = 0; i < 3 * LINES_PER_MINUTE; i++) {
        refused(waybill.stub(channel));
      }
      refused(waybill.stub(channel, "authorization", "Bearer a stranger's words"));
      refused(waybill.as(channel, "acme", "no role"));

      assertThat(heard.lines())
          .hasSize(LINES_PER_MINUTE + 2)
          .startsWith("WARNING refused: UNAUTHENTICATED (missing) to somebody: ListUploads")
          .contains("WARNING refused: UNAUTHENTICATED (invalid) to somebody: ListUploads")
          .contains(
              "WARNING refused: PERMISSION_DENIED to acme/somebody: ListUploads:"
                  + " ListUploads needs the role reader or uploader or admin")
          .noneMatch(line -> line.contains("stranger"));
    }
  }

  private static void refused(UploadServiceBlockingStub stub) {
    assertThatThrownBy(() -> stub.listUploads(ListUploadsRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);
  }
}
