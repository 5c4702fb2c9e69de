package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.waybill.v1.ErrorReason;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaybillExceptionTest {
  /** As grpc-java ends a call that is written to a connection whose server was just killed. */
  @Test
  void aConnectionThatBreaksUnderACallIsWorthATry() {
    Status broken =
        Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException());

    assertThat(of(broken).isRetryable()).isTrue();
    assertThat(of(Status.UNAVAILABLE).isRetryable()).isTrue();
  }

  @Test
  void aServersOwnUnknownIsNot() {
    assertThat(of(Status.UNKNOWN.withDescription("channel closed")).isRetryable()).isFalse();
    assertThat(of(Status.UNKNOWN.withCause(new IllegalStateException())).isRetryable()).isFalse();
    assertThat(of(Status.FAILED_PRECONDITION).isRetryable()).isFalse();
  }

  /** Of one code, and told apart by what the server says of when. */
  @Test
  void aRateIsWorthATryWhenTheServerSaysSoAndAQuotaIsNot() {
    Duration delay = Duration.ofMillis(1_250);
    WaybillException rate =
        WaybillException.of(
            FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", delay));
    WaybillException quota =
        WaybillException.of(FakeWaybill.error(Status.Code.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED"));

    assertThat(rate.is(ErrorReason.ERROR_REASON_RATE_LIMITED)).isTrue();
    assertThat(rate.isRetryable()).isTrue();
    assertThat(rate.retryDelay()).contains(delay);
    assertThat(quota.is(ErrorReason.ERROR_REASON_QUOTA_EXCEEDED)).isTrue();
    assertThat(quota.isRetryable()).isFalse();
  }

  private static WaybillException of(Status status) {
    return WaybillException.of(status.asRuntimeException());
  }
}
