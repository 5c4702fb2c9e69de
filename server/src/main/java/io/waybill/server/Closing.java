package io.waybill.server;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened, to be closed in reverse: each of it, whatever becomes of the others. */
public final class Closing implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Closing.class.getName());

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** To be closed when this process ends, however it ends short of a kill. */
  public static Closing atExit() {
    Closing closing = new Closing();
    Runtime.getRuntime().addShutdownHook(new Thread(closing::close, "waybill-stop"));
    return closing;
  }

  public synchronized <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  @Override
  public synchronized void close() {
    while (!opened.isEmpty()) {
      AutoCloseable next = opened.pop();
      try {
        next.close();
      } catch (Exception e) {
        LOG.log(Level.ERROR, "closing " + next.getClass().getSimpleName(), e);
      }
    }
  }
}
