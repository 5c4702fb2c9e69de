package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadState;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventHandlerTest {
  @TempDir Path folder;

  /** A store that hangs may not hold a worker for each of a hundred objects in turn. */
  @Test
  void whoHasSpentThePatienceAsksNothingMore() throws Exception {
    try (EventRig rig = new EventRig(folder)) {
      Upload upload = rig.startAndPut(EventRig.BY_ITSELF);
      String event = EventRig.eventOf(upload);
      int asked = rig.s3.count("HeadObject");

      assertThat(new EventHandler(rig.newConfirm(), Duration.ZERO).handle(event))
          .isEqualTo(Verdict.AGAIN);
      assertThat(rig.s3.count("HeadObject")).isEqualTo(asked);
      assertThat(rig.stateOf(upload)).isEqualTo(UploadState.ACTIVE);

      assertThat(new EventHandler(rig.newConfirm(), EventHandler.PATIENCE).handle(event))
          .isEqualTo(Verdict.DONE);
      assertThat(rig.s3.count("HeadObject")).isGreaterThan(asked);
      assertThat(rig.stateOf(upload)).isEqualTo(UploadState.COMPLETED);
    }
  }
}
