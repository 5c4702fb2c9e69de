package io.waybill.client;

import io.waybill.v1.ErrorReason;
import io.waybill.v1.PartRange;
import io.waybill.v1.SignedPart;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a set of parts once, several at a time, to send them or to compare them.
 *
 * <p>A few more workers than connections hash and sign the next parts while the others send, so
 * that no connection waits for a signature. Parts are handed out in ascending order, which is all
 * that a stream can give.
 */
final class PartPass {

  private static final int STOP_SECONDS = 10;

  private final Session session;
  private final PartSource source;
  private final PartWork work;
  private final Iterator<Integer> numbers;
  private final Deque<Integer> batch = new ArrayDeque<>();
  private final Map<Integer, SignedPart> signed = new HashMap<>();
  private boolean ended;
  private volatile boolean tooLate;

  PartPass(Session session, PartSource source, PartWork work, List<PartRange> parts) {
    this.session = session;
    this.source = source;
    this.work = work;
    this.numbers =
        parts.stream()
            .flatMapToInt(r -> IntStream.rangeClosed(r.getFirstPart(), r.getLastPart()))
            .iterator();
  }

  /**
   * Does them all. The first failure stops the others, and is thrown when they have stopped.
   *
   * @return false if it is too late for parts: Complete is to be called now
   */
  boolean run(int workers) throws IOException, InterruptedException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            workers,
            task -> {
              Thread thread = new Thread(task, "waybill-part");
              thread.setDaemon(true);
              return thread;
            });
    try {
      var finished = new ExecutorCompletionService<Boolean>(pool);
      for (int i = 0; i < workers; i++) {
        var unused = finished.submit(this::work);
      }
      for (int i = 0; i < workers; i++) {
        var unused = finished.take().get();
      }
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    } finally {
      stop(pool);
    }
    return !tooLate;
  }

  private boolean work() throws IOException, InterruptedException {
    try {
      for (var task = next(); task.isPresent(); task = next()) {
        try (PartBody ignored = task.get().body()) {
          tooLate |= !work.send(task.get());
        }
      }
      work.finish();
    } catch (WaybillException e) {
      if (!e.is(ErrorReason.ERROR_REASON_UPLOAD_COMPLETING)
          && !e.is(ErrorReason.ERROR_REASON_UPLOAD_COMPLETED)) {
        throw e;
      }
      tooLate = true;
    }
    return tooLate;
  }

  /** The next part; none after a failure to get one, which is the one to be thrown. */
  private synchronized Optional<PartTask> next() throws IOException, InterruptedException {
    if (ended || tooLate) {
      return Optional.empty();
    }
    ended = true;
    if (batch.isEmpty()) {
      fillBatch();
    }
    Integer number = batch.poll();
    if (number == null) {
      return Optional.empty();
    }
    PartPlan plan = session.plan();
    PartBody body = source.part(plan.offset(number), plan.size(number));
    ended = false;
    return Optional.of(new PartTask(number, body, signed.remove(number)));
  }

  private void fillBatch() throws InterruptedException {
    boolean unhashed = session.unhashed();
    while (numbers.hasNext() && batch.size() < (unhashed ? SigningQueue.BATCH : 1)) {
      batch.add(numbers.next());
    }
    if (unhashed && !batch.isEmpty()) {
      session
          .signAll(new ArrayList<>(batch))
          .forEach(part -> signed.put(part.getPartNumber(), part));
    }
  }

  private static IOException rethrown(@Nullable Throwable cause)
      throws IOException, InterruptedException {
    if (cause instanceof RuntimeException e) {
      throw e;
    } else if (cause instanceof Error e) {
      throw e;
    } else if (cause instanceof InterruptedException e) {
      throw e;
    }
    throw cause instanceof IOException e ? e : new IOException(cause);
  }

  /** Waits for the workers, so that nothing is sent after the caller was told that it stopped. */
  private static void stop(ExecutorService pool) {
    pool.shutdownNow();
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (!pool.isTerminated() && System.nanoTime() < deadline) {
      try {
        var unused = pool.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
