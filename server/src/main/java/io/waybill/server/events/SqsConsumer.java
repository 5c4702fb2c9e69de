package io.waybill.server.events;

import io.waybill.server.ops.DaemonThreads;
import io.waybill.server.ops.SparseLog;
import io.waybill.server.upload.ConfirmUpload;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Works on a queue of events: as many messages at once as it has workers, each hidden from the
 * other consumers meanwhile and deleted when it is done. What was in vain comes again, later each
 * time; what is in vain too often, the queue's own redrive policy puts away. Any number of servers
 * may work on one queue.
 */
public final class SqsConsumer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SqsConsumer.class.getName());
  private static final int LINES_PER_MINUTE = 5;
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  private final SqsQueue queue;
  private final SqsSettings settings;
  private final EventHandler handler;
  private final Tempo tempo;
  private final SparseLog log = new SparseLog(LOG, Level.WARNING, LINES_PER_MINUTE);
  private final Semaphore free;
  private final ExecutorService workers;
  private final ScheduledThreadPoolExecutor timer;
  private final Thread poller;
  private final CountDownLatch closing = new CountDownLatch(1);

  private SqsConsumer(SqsQueue queue, SqsSettings settings, EventHandler handler, Tempo tempo) {
    this.queue = queue;
    this.settings = settings;
    this.handler = handler;
    this.tempo = tempo;
    this.free = new Semaphore(settings.workers());
    this.workers =
        Executors.newFixedThreadPool(settings.workers(), DaemonThreads.named("waybill-events"));
    this.timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("waybill-events-held"));
    this.timer.setRemoveOnCancelPolicy(true);
    this.poller = DaemonThreads.named("waybill-events-poll").newThread(this::poll);
  }

  /** Begins, with the credentials that the SDK's default provider chain finds. */
  public static SqsConsumer start(SqsSettings settings, ConfirmUpload confirm) {
    return start(settings, DefaultCredentialsProvider.builder().build(), confirm, Tempo.DEFAULT);
  }

  /** What the operator should know of a queue; empty where all is well. */
  public static Optional<String> check(SqsSettings settings) throws QueueException {
    try (SqsQueue queue = new SqsQueue(settings, DefaultCredentialsProvider.builder().build())) {
      return queue.warning();
    }
  }

  static SqsConsumer start(
      SqsSettings settings,
      AwsCredentialsProvider credentials,
      ConfirmUpload confirm,
      Tempo tempo) {
    SqsConsumer consumer =
        new SqsConsumer(
            new SqsQueue(settings, credentials),
            settings,
            new EventHandler(confirm, tempo.patience()),
            tempo);
    consumer.poller.start();
    return consumer;
  }

  /** Takes no more, finishes what it works on, for the grace, and leaves the rest to others. */
  @Override
  public void close() {
    closing.countDown();
    poller.interrupt();
    queue.stopReceiving();
    try {
      poller.join(LAST_WORDS.toMillis());
      workers.shutdown();
      if (!workers.awaitTermination(tempo.grace().toMillis(), TimeUnit.MILLISECONDS)) {
        workers.shutdownNow();
        workers.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.shutdownNow();
    timer.shutdownNow();
    queue.close();
  }

  private void poll() {
    try {
      warn();
      int failures = 0;
      while (!isClosing()) {
        failures = pollOnce() ? 0 : failures + 1;
        if (failures > 0) {
          Duration pause = tempo.awayFor(failures, RandomGenerator.getDefault());
          closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      // It stops.
    }
  }

  /** Returns whether the queue answered. */
  private boolean pollOnce() throws InterruptedException {
    int room = takeRoom();
    List<QueueMessage> messages = List.of();
    try {
      messages = queue.receive(room, tempo.poll());
      return true;
    } catch (QueueException e) {
      sayAway(e);
      return false;
    } catch (RuntimeException | Error e) {
      sayBroken(e);
      return false;
    } finally {
      free.release(room - messages.size());
      messages.forEach(this::begin);
    }
  }

  private void warn() {
    try {
      queue.warning().ifPresent(warning -> LOG.log(Level.WARNING, "events: " + warning));
    } catch (QueueException e) {
      sayAway(e);
    } catch (RuntimeException | Error e) {
      sayBroken(e);
    }
  }

  /** An Error, as of a class or of memory, may pass, too. */
  private static void sayBroken(Throwable e) {
    LOG.log(Level.ERROR, "asking the queue of events", e);
  }

  private void sayAway(QueueException e) {
    if (!isClosing()) {
      log.say("away", () -> "the queue of events does not answer: " + e.getMessage());
    }
  }

  /** Waits for one free worker, and takes those that are free beside it. */
  private int takeRoom() throws InterruptedException {
    free.acquire();
    int room = 1;
    while (room < SqsQueue.MAX_BATCH && free.tryAcquire()) {
      room++;
    }
    return room;
  }

  private void begin(QueueMessage message) {
    try {
      workers.execute(() -> work(message));
    } catch (RuntimeException | Error e) { // it stops, or has no thread; the message comes again
      free.release();
    }
  }

  private void work(QueueMessage message) {
    try {
      Verdict verdict;
      try (HeldMessage held =
          new HeldMessage(queue, message, settings.visibilityTimeout(), timer, log)) {
        verdict = handler.handle(message.body());
      }
      if (verdict == Verdict.DONE) {
        queue.delete(message);
      } else {
        log.say(verdict.name(), () -> message + ": " + verdict);
        queue.hide(message, tempo.againAfter(message.receiveCount()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it stops; the message comes again when it is seen again
    } catch (QueueException e) { // likewise
      log.say("answer", () -> message + " is left to come again: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "working on " + message, e);
    } finally {
      free.release();
    }
  }

  boolean isClosing() {
    return closing.getCount() == 0;
  }
}
