package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
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

  private static WaybillException of(Status status) {
    return WaybillException.of(status.asRuntimeException());
  }
}
