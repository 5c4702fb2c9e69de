package io.waybill.client;

import java.time.Duration;

/** Waits. Tests put a fake in its place, so that they never do. */
@FunctionalInterface
interface Sleeper {

  /** Returns after {@code delay}, or throws when the thread is interrupted. */
  void sleep(Duration delay) throws InterruptedException;
}
