package io.waybill.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Connections that wait for their next request. They are closed after a few seconds, before the
 * other side does it, and so that an uploader that is idle holds none. Thread-safe.
 */
final class IdleConnections {

  private static final long IDLE_SECONDS = 4;

  private final Executor later = CompletableFuture.delayedExecutor(IDLE_SECONDS, TimeUnit.SECONDS);
  private final Deque<Kept> kept = new ArrayDeque<>();
  private boolean closesLater;

  private record Kept(InetSocketAddress address, SocketConnection connection, long sinceNanos) {

    boolean isOver(long now) {
      return now - sinceNanos >= TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
    }
  }

  /** Takes the connection that was used last. */
  synchronized Optional<SocketConnection> take(InetSocketAddress address) {
    for (Iterator<Kept> all = kept.iterator(); all.hasNext(); ) {
      Kept candidate = all.next();
      if (candidate.address.equals(address)) {
        all.remove();
        if (!candidate.isOver(System.nanoTime()) && candidate.connection.isQuiet()) {
          return Optional.of(candidate.connection);
        }
        close(candidate.connection);
      }
    }
    return Optional.empty();
  }

  synchronized void keep(InetSocketAddress address, SocketConnection connection) {
    kept.addFirst(new Kept(address, connection, System.nanoTime()));
    closeLater();
  }

  private void closeLater() {
    if (!closesLater && !kept.isEmpty()) {
      closesLater = true;
      later.execute(this::closeOld);
    }
  }

  private synchronized void closeOld() {
    closesLater = false;
    long now = System.nanoTime();
    while (!kept.isEmpty() && kept.getLast().isOver(now)) {
      close(kept.removeLast().connection);
    }
    closeLater();
  }

  private static void close(SocketConnection connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // Nothing was under way on it.
    }
  }
}
