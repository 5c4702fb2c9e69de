package io.waybill.server.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TempoTest {
  /** What the README and the example configuration advise for the queue's redrive policy. */
  private static final int MAX_RECEIVE_COUNT = 12;

  @Test
  void anOutageOfAnHourSendsNoMessageToTheDeadLetters() {
    assertThat(fromFirstToLast(MAX_RECEIVE_COUNT)).isGreaterThan(Duration.ofHours(1));
    assertThat(fromFirstToLast(MAX_RECEIVE_COUNT)).hasMinutes(81);
  }

  @Test
  void noMessageKeepsItsWorkerForAsLongAsS3MayTake() {
    assertThat(Tempo.DEFAULT.patience()).isLessThan(SqsSettings.DEFAULT_VISIBILITY_TIMEOUT);
  }

  private static Duration fromFirstToLast(int receives) {
    return IntStream.range(1, receives)
        .mapToObj(Tempo.DEFAULT::againAfter)
        .reduce(Duration.ZERO, Duration::plus);
  }
}
