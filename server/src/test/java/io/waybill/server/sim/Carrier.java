package io.waybill.server.sim;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that runs one actor after another, over many schedules; it runs only with the baton. */
final class Carrier {
  private final Thread thread;
  private volatile boolean baton;
  private volatile @Nullable Runnable work;

  Carrier(String name) {
    thread = new Thread(this::loop, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** What to run once the baton comes. */
  void load(Runnable next) {
    work = next;
  }

  void passBaton() {
    baton = true;
    LockSupport.unpark(thread);
  }

  /** Called on the carrier's own thread. */
  void awaitBaton() {
    while (!baton) {
      LockSupport.park(this);
    }
    baton = false;
  }

  private void loop() {
    while (true) {
      awaitBaton();
      Runnable next = work;
      if (next == null) {
        return; // a baton, and nothing to run: the end
      }
      work = null;
      next.run();
    }
  }
}
