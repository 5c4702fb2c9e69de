package io.waybill.server.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/** The threads of one simulator, used again and again. */
final class Carriers {
  private final Deque<Carrier> idle = new ArrayDeque<>();
  private int made;

  synchronized Carrier take() {
    Carrier carrier = idle.pollFirst();
    return carrier == null ? new Carrier("sim-" + ++made) : carrier;
  }

  synchronized void giveBack(Carrier carrier) {
    idle.addFirst(carrier);
  }
}
