package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.ops.HeardLog;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TimersTest {
  @RegisterExtension final HeardLog heard = HeardLog.of(Timers.class);

  @Test
  void whatFailsIsToldAndNotTheLast() {
    Iterator<RuntimeException> failures =
        List.of(
                new UploadException(Reason.STORE_UNAVAILABLE, "not now", Map.of())
                    .causedBy(new IllegalStateException("away")),
                new IllegalStateException("a defect"))
            .iterator();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try {
      Timers.every(
          timer,
          Duration.ofMillis(1),
          () -> {
            if (failures.hasNext()) {
              throw failures.next();
            }
          });
      Awaitility.await().until(() -> heard.events().size() == 2);
    } finally {
      timer.shutdownNow();
    }

    HeardLog.Event foreseen = heard.events().get(0);
    assertThat(foreseen.hasStack()).isFalse();
    assertThat(foreseen.text())
        .contains(": cut short: ", "not now; caused by java.lang.IllegalStateException: away");
    assertThat(heard.events().get(1).hasStack()).isTrue();
  }
}
