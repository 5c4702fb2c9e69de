package io.waybill.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Hands calls from gRPC's event loops, which must never wait, to threads that may, and sends their
 * answers. A queue that is full answers OVERLOADED; a call whose caller hung up while it was queued
 * is dropped.
 */
public final class Calls {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /**
   * How long before its deadline a call that waits is told so, so that the answer still arrives.
   */
  private static final long LATE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Executor workers;
  private final Executor readers;
  private final ScheduledExecutorService timer;
  private final StatusErrors errors;

  /**
   * @param workers for what waits for S3; bounded, and throws RejectedExecutionException when full
   * @param readers for what waits for the session database; likewise
   * @param timer for deadlines; drops cancelled tasks at once
   */
  public Calls(
      Executor workers, Executor readers, ScheduledExecutorService timer, StatusErrors errors) {
    this.workers = workers;
    this.readers = readers;
    this.timer = timer;
    this.errors = errors;
  }

  /** Answers with what a worker makes. */
  <T> void onWorkers(StreamObserver<T> observer, Supplier<T> work) {
    answer(workers, "workers", observer, work);
  }

  /** Answers with what a reader makes. */
  <T> void onReaders(StreamObserver<T> observer, Supplier<T> work) {
    answer(readers, "readers", observer, work);
  }

  /** Answers with what the stage that a reader starts completes with. */
  <T> void stageOnReaders(StreamObserver<T> observer, Supplier<CompletionStage<T>> work) {
    Reply<T> reply = new Reply<>(observer, errors);
    Context context = Context.current();
    handOff(readers, "readers", reply, context, () -> unlessHungUp(context, reply, work));
  }

  /**
   * The same for work that goes on whether or not its caller is still there.
   *
   * @param late what to answer shortly before the caller's deadline
   */
  <T> void detachedOnReaders(
      StreamObserver<T> observer, Supplier<CompletionStage<T>> work, UploadException late) {
    Reply<T> reply = new Reply<>(observer, errors);
    Deadline deadline = Context.current().getDeadline();
    handOff(readers, "readers", reply, Context.current().fork(), () -> follow(reply, work.get()));
    if (deadline != null) {
      warnBefore(deadline, reply, late);
    }
  }

  private <T> void answer(
      Executor executor, String queue, StreamObserver<T> observer, Supplier<T> work) {
    Reply<T> reply = new Reply<>(observer, errors);
    Context context = Context.current();
    handOff(
        executor,
        queue,
        reply,
        context,
        () -> {
          if (!context.isCancelled()) {
            reply.send(work.get());
          }
        });
  }

  private static void handOff(
      Executor executor, String queue, Reply<?> reply, Context context, Runnable work) {
    Runnable answered =
        () -> {
          try {
            work.run();
          } catch (Throwable e) { // whatever it is, somebody waits for an answer
            reply.fail(e);
          }
        };
    try {
      executor.execute(context.wrap(answered));
    } catch (RejectedExecutionException e) {
      reply.fail(
          new UploadException(Reason.OVERLOADED, "too many calls at once", Map.of("queue", queue))
              .retryAfter(RETRY_AFTER));
    }
  }

  private static <T> void unlessHungUp(
      Context context, Reply<T> reply, Supplier<CompletionStage<T>> work) {
    if (!context.isCancelled()) {
      follow(reply, work.get());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the reply is where it ends
  private static <T> void follow(Reply<T> reply, CompletionStage<T> stage) {
    stage.whenComplete(
        (message, failure) -> {
          if (failure == null) {
            reply.send(message);
          } else {
            reply.fail(failure);
          }
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the alarm goes when the answer does
  private void warnBefore(Deadline deadline, Reply<?> reply, UploadException late) {
    long left = Math.max(deadline.timeRemaining(TimeUnit.NANOSECONDS), 0);
    long delay = left - Math.min(left / 4, LATE_MARGIN_NANOS);
    Future<?> alarm = timer.schedule(() -> reply.fail(late), delay, TimeUnit.NANOSECONDS);
    reply.done().thenRun(() -> alarm.cancel(false));
  }
}
