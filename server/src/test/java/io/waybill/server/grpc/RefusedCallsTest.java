package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.waybill.v1.ListUploadsRequest;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log says of those who were refused. */
class RefusedCallsTest {
  private static final Logger LOG = Logger.getLogger(RefusedCalls.class.getName());
  private static final int LINES_PER_MINUTE = 10;

  @TempDir Path folder;
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord event) {
          logged.add(new SimpleFormatter().formatMessage(event));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void stop() {
    LOG.removeHandler(handler);
    LOG.setUseParentHandlers(true);
  }

  @Test
  void nobodyFillsTheDiskByBeingRefused() {
    try (SecuredWaybill waybill = SecuredWaybill.withTokens(folder, Reflection.OFF)) {
      ManagedChannel channel = waybill.plaintext();
      for (int i = 0; i < 3 * LINES_PER_MINUTE; i++) {
        refused(waybill.stub(channel));
      }
      refused(waybill.stub(channel, "authorization", "Bearer a stranger's words"));
      refused(waybill.as(channel, "acme", "no role"));

      assertThat(logged)
          .hasSize(LINES_PER_MINUTE + 2)
          .startsWith("refused: UNAUTHENTICATED (missing) to somebody: ListUploads")
          .contains("refused: UNAUTHENTICATED (invalid) to somebody: ListUploads")
          .contains(
              "refused: PERMISSION_DENIED to acme/somebody: ListUploads:"
                  + " ListUploads needs the role reader or uploader or admin")
          .noneMatch(line -> line.contains("stranger"));
    }
  }

  private static void refused(UploadServiceBlockingStub stub) {
    assertThatThrownBy(() -> stub.listUploads(ListUploadsRequest.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class);
  }
}
