package io.waybill.client.cli;

import io.waybill.client.UploadHandle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stops the upload under way when the process is told to end, and holds the end back until the
 * command has said how to resume, for {@link #PATIENCE_SECONDS} at most.
 */
final class CtrlC implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 15;

  private final Thread hook = new Thread(this::stop, "waybill-ctrl-c");
  private final CountDownLatch commandDone = new CountDownLatch(1);
  private @Nullable UploadHandle current;
  private boolean stopping;

  CtrlC() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  synchronized void cancels(UploadHandle handle) {
    current = handle;
    if (stopping) {
      handle.cancel();
    }
  }

  private void stop() {
    synchronized (this) {
      stopping = true;
      if (current != null) {
        current.cancel();
      }
    }
    try {
      var unused = commandDone.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    commandDone.countDown();
    try {
      var unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is at work: the process ends.
    }
  }
}
