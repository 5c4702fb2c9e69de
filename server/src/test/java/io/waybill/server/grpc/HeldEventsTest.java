package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ServerCall;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeldEventsTest {
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final HeldEvents<String> held = new HeldEvents<>();
  private final ServerCall.Listener<String> listener =
      new ServerCall.Listener<>() {
        @Override
        public void onMessage(String message) {
          events.add(message);
        }

        @Override
        public void onHalfClose() {
          events.add("half-close");
        }

        @Override
        public void onCancel() {
          events.add("cancel");
        }

        @Override
        public void onComplete() {
          events.add("complete");
        }

        @Override
        public void onReady() {
          events.add("ready");
        }
      };

  @Test
  void passesOnEverythingInOrder() {
    held.onReady();
    held.onHalfClose();
    assertThat(events).isEmpty();
    held.passTo(listener);
    assertThat(events).containsExactly("ready", "half-close");
    held.onMessage("m");
    held.onComplete();
    assertThat(events).containsExactly("ready", "half-close", "m", "complete");
  }

  @Test
  void knowsThatTheClientHasGone() {
    assertThat(held.isCancelled()).isFalse();
    held.onCancel();
    assertThat(held.isCancelled()).isTrue();
    assertThat(events).isEmpty();
    held.passTo(listener);
    assertThat(events).containsExactly("cancel");
  }

  /** Its bytes would be somebody else's by then. */
  @Test
  void holdsNoMessage() {
    assertThatThrownBy(() -> held.onMessage("m")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void passesOnOneAfterTheOtherWhileTheCallBeginsOnAnotherThread() throws Exception {
    int count = 20_000;
    CountDownLatch some = new CountDownLatch(100);
    Thread loop =
        new Thread(
            () -> {
              for (int i = 0; i < count; i++) {
                held.onReady();
                some.countDown();
              }
            });
    int[] passed = {0}; // not atomic: two at once would show
    loop.start();
    assertThat(some.await(5, TimeUnit.SECONDS)).isTrue();
    held.passTo(
        new ServerCall.Listener<>() {
          @Override
          public void onReady() {
            passed[0]++;
          }
        });
    loop.join();
    assertThat(passed[0]).isEqualTo(count);
  }
}
