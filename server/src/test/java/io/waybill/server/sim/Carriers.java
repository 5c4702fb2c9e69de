package io.waybill.server.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/** The threads of one simulator, used again and again. */
final class Carriers implements AutoCloseable {
  private final Deque<Carrier> idle = new ArrayDeque<>();
  private int made;

  synchronized Carrier take() {
    Carrier carrier = idle.pollFirst();
    return carrier == null ? new Carrier("sim-" + ++made) : carrier;
  }

  synchronized void giveBack(Carrier carrier) {
    idle.addFirst(carrier);
  }

  /** Ends the threads; all have to be back. */
  @Override
  public synchronized void close() {
    idle.forEach(Carrier::passBaton);
    idle.clear();
  }
}
