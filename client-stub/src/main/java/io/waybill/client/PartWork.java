package io.waybill.client;

import java.io.IOException;

/** What a pass does with each of its parts. */
@FunctionalInterface
interface PartWork {

  /**
   * Does it with one part; several threads are at it, each with another part.
   *
   * @return false if it is too late for parts: Complete is to be called now
   */
  boolean send(PartTask task) throws IOException, InterruptedException;

  /** Called by each thread when there are no more parts: waits for what is still under way. */
  default void finish() {}
}
