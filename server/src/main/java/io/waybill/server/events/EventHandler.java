package io.waybill.server.events;

import io.waybill.server.ops.SparseLog;
import io.waybill.server.upload.ConfirmUpload;
import io.waybill.server.upload.Confirmation;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Hands what a document says on to the domain, however it came here. */
final class EventHandler {
  private static final System.Logger LOG = System.getLogger(EventHandler.class.getName());
  private static final int LINES_PER_MINUTE = 10;

  /**
   * S3 may take minutes to put an object together. That goes on when this is over, and the event
   * finds what came of it when it comes again; whoever waited longer would keep the others'
   * waiting.
   */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ConfirmUpload confirm;
  private final Duration patience;
  private final SparseLog log = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);

  EventHandler(ConfirmUpload confirm, Duration patience) {
    this.confirm = confirm;
    this.patience = patience;
  }

  /**
   * Blocks until it is clear what came of all that the document says, or for the patience; beyond
   * that only for what S3 was just asked.
   *
   * @throws InterruptedException where this server stops; what was begun goes on
   */
  Verdict handle(String document) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Verdict verdict = Verdict.DONE;
    try {
      List<CreatedObject> all = new ArrayList<>(EventDocument.parse(document));
      Collections.shuffle(all); // so that the time does not run out for the same ones each time
      for (CreatedObject created : all) {
        if (System.nanoTime() - end >= 0) { // what is done is done again then, which is harmless
          log.say("LATER", () -> created + ": no time left for it now");
          return Verdict.AGAIN;
        }
        if (confirm(created, end) == Confirmation.LATER) {
          verdict = Verdict.AGAIN;
          log.say("LATER", () -> created + ": no clear answer from S3 or the database yet");
        }
      }
    } catch (UnreadableEventException e) {
      log.say("unreadable", () -> "an event that cannot be read: " + e.getMessage());
      return Verdict.UNREADABLE;
    }
    return verdict;
  }

  private Confirmation confirm(CreatedObject created, long end) throws InterruptedException {
    CompletableFuture<Confirmation> confirmed =
        confirm.execute(created.bucket(), created.key()).toCompletableFuture();
    try {
      return confirmed.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Confirmation.LATER;
    } catch (ExecutionException e) {
      throw new IllegalStateException("ConfirmUpload does not fail", e);
    }
  }
}
