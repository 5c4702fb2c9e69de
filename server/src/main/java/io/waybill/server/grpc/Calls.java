package io.waybill.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.waybill.server.upload.TenantExecutor;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.Watcher;
import io.waybill.v1.WatchUploadResponse;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Hands calls from gRPC's event loops, which must never wait, to threads that may, and sends their
 * answers. A queue that is full answers OVERLOADED; a call whose caller hung up while it was queued
 * is dropped.
 */
public final class Calls {
  /**
   * How long before its deadline a call that waits is told so, so that the answer still arrives.
   */
  private static final long LATE_MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final TenantExecutor workers;
  private final TenantExecutor starters;
  private final TenantExecutor readers;
  private final ScheduledExecutorService timer;
  private final StatusErrors errors;

  /**
   * @param workers for what waits for S3; bounded, and throws what the caller is to see when full
   * @param starters for starts that do not; likewise
   * @param readers for what reads the session database; likewise
   * @param timer for deadlines; drops cancelled tasks at once
   */
  public Calls(
      TenantExecutor workers,
      TenantExecutor starters,
      TenantExecutor readers,
      ScheduledExecutorService timer,
      StatusErrors errors) {
    this.workers = workers;
    this.starters = starters;
    this.readers = readers;
    this.timer = timer;
    this.errors = errors;
  }

  /** Answers with what a worker makes. */
  <T> void onWorkers(StreamObserver<T> observer, Supplier<T> work) {
    answer(workers, observer, work);
  }

  /** Answers with what a starter makes. */
  <T> void onStarters(StreamObserver<T> observer, Supplier<T> work) {
    answer(starters, observer, work);
  }

  /** Answers with what a reader makes. */
  <T> void onReaders(StreamObserver<T> observer, Supplier<T> work) {
    answer(readers, observer, work);
  }

  /**
   * Answers with what a stage completes with, which starts here if it can, or else on a reader.
   *
   * @param atOnce must not wait; empty where it would have to
   */
  <T> void atOnceOrOnReaders(
      StreamObserver<T> observer,
      Supplier<Optional<CompletionStage<T>>> atOnce,
      Supplier<CompletionStage<T>> otherwise) {
    Reply<T> reply = new Reply<>(observer, errors);
    Optional<CompletionStage<T>> begun;
    try {
      begun = atOnce.get();
    } catch (RuntimeException | Error e) {
      reply.fail(e);
      return;
    }
    if (begun.isPresent()) {
      follow(reply, begun.get());
    } else {
      Context context = Context.current();
      handOff(readers, reply::fail, context, () -> unlessHungUp(context, reply, otherwise));
    }
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
    handOff(readers, reply::fail, Context.current().fork(), () -> follow(reply, work.get()));
    if (deadline != null) {
      warnBefore(deadline, reply, late);
    }
  }

  /** Begins a watch on a reader; whoever watches is told later by others. */
  void watchOnReaders(StreamObserver<WatchUploadResponse> observer, Consumer<Watcher> beginning) {
    WatchReply reply = new WatchReply(observer, errors);
    Context context = Context.current();
    handOff(
        readers,
        reply::fail,
        context,
        () -> {
          if (!context.isCancelled()) {
            beginning.accept(reply);
          }
        });
  }

  private <T> void answer(TenantExecutor executor, StreamObserver<T> observer, Supplier<T> work) {
    Reply<T> reply = new Reply<>(observer, errors);
    Context context = Context.current();
    handOff(
        executor,
        reply::fail,
        context,
        () -> {
          if (!context.isCancelled()) {
            reply.send(work.get());
          }
        });
  }

  private static void handOff(
      TenantExecutor executor, Consumer<Throwable> failure, Context context, Runnable work) {
    Runnable answered =
        () -> {
          try {
            work.run();
          } catch (Throwable e) { // whatever it is, somebody waits for an answer
            failure.accept(e);
          }
        };
    try {
      executor.execute(CallerInterceptor.current().tenant(), context.wrap(answered));
    } catch (RuntimeException | Error e) { // full, or no thread to be had
      failure.accept(e);
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
