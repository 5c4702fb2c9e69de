package io.waybill.server.upload;

import java.time.Duration;

/** How a use case waits: the thread's own sleep, or a simulator's clock. */
@FunctionalInterface
public interface Pauses {
  void pause(Duration duration);

  /** Really waits. An interrupt ends the wait, and stays set. */
  static Pauses sleeping() {
    return duration -> {
      try {
        Thread.sleep(duration.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }
}
