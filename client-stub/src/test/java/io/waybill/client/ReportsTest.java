package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.v1.ReportPartResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ReportsTest {

  /** Is answered as soon as somebody waits for it a while. */
  private static final class AnsweredWhenAwaited extends CompletableFuture<ReportPartResponse> {

    @Override
    public ReportPartResponse get(long timeout, TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
      complete(ReportPartResponse.getDefaultInstance());
      return super.get(timeout, unit);
    }
  }

  private final Repeats repeats = new Repeats(Backoff.of(RetryPolicy.defaults()), System::nanoTime);
  private final Reports reports = new Reports(4, Duration.ofMillis(10));

  private CompletableFuture<ReportPartResponse> underWay(
      CompletableFuture<ReportPartResponse> answer) {
    reports.add(
        new PendingReport(
            repeats,
            answer,
            () -> {
              throw new AssertionError("it is not made again");
            }));
    return answer;
  }

  @Test
  void givesTheLastReportsAMomentSoThatTheirPartsNeedNotTravelAgain() {
    var first = underWay(new AnsweredWhenAwaited());
    var second = underWay(new AnsweredWhenAwaited());

    reports.close();

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
  }

  @Test
  void waitsNoLongerThanAMoment() {
    var silent = underWay(new CompletableFuture<>());
    var next = underWay(new CompletableFuture<>());

    long begin = System.nanoTime();
    reports.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .as("less than the clients' own limit")
        .isBetween(Duration.ofMillis(10), Reports.LAST_ANSWERS);
    assertThat(silent).isCancelled();
    assertThat(next).isCancelled();
  }

  @Test
  void waitsForNothingWhenInterrupted() {
    var silent = underWay(new CompletableFuture<>());

    Thread.currentThread().interrupt();
    reports.close();

    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
    assertThat(silent).isCancelled();
  }
}
