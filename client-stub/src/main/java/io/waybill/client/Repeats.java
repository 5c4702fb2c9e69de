package io.waybill.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Repeats calls that may succeed later, which every RPC allows. No other layer does: gRPC's own
 * retries would multiply with these, and know nothing of a RetryInfo.
 */
final class Repeats {

  /** A server that never answered is more likely a wrong address than one that is away. */
  static final int ATTEMPTS_AT_A_STRANGER = 4;

  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private volatile boolean answered;

  Repeats(Backoff backoff, LongSupplier nanoTime) {
    this.backoff = backoff;
    this.nanoTime = nanoTime;
  }

  /** Calls until there is an answer, at most as often as the policy says. */
  <T> T call(Supplier<T> rpc) {
    for (int failures = 1; ; failures++) {
      try {
        return answered(rpc.get());
      } catch (StatusRuntimeException e) {
        WaybillException failure = read(e);
        // With this code it asks for another call than the one that was made.
        boolean elsewhere = failure.code() == Status.Code.FAILED_PRECONDITION;
        if (elsewhere || !failure.isRetryable() || failures >= attempts(failure)) {
          throw failure;
        }
        pause(failures, failure);
      }
    }
  }

  /**
   * The same, where the first call is under way already.
   *
   * @param rpc makes the others
   */
  <T> T call(Future<T> first, Supplier<T> rpc) {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    return call(() -> isFirst.getAndSet(false) ? answer(first) : rpc.get());
  }

  private static <T> T answer(Future<T> call) {
    try {
      return call.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withCause(e).asRuntimeException();
    }
  }

  /**
   * Calls until there is an answer: as long as the patience lasts while the server asks for more
   * time, as often as the policy says while it is silent.
   *
   * @param rpc is given what is left of the patience
   */
  <T> T call(Duration patience, Function<Duration, T> rpc) {
    long end = nanoTime.getAsLong() + patience.toNanos();
    int silent = 0;
    for (int failures = 1; ; failures++) {
      try {
        return answered(rpc.apply(left(end)));
      } catch (StatusRuntimeException e) {
        WaybillException failure = read(e);
        silent = failure.retryDelay().isPresent() ? 0 : silent + 1;
        Duration delay = delay(failures, failure);
        if (!failure.isRetryable()
            || silent >= attempts(failure)
            || delay.compareTo(left(end)) >= 0) {
          throw failure;
        }
        pause(delay, failure);
      }
    }
  }

  private Duration left(long end) {
    return Duration.ofNanos(end - nanoTime.getAsLong());
  }

  /** The server has said something: from now on it is no stranger. */
  <T> T answered(T reply) {
    answered = true;
    return reply;
  }

  /** What a failure says. */
  WaybillException read(StatusRuntimeException e) {
    WaybillException failure = WaybillException.of(e);
    if (!failure.reason().isEmpty()) {
      answered = true;
    }
    return failure;
  }

  /** How many failures in a row are enough. */
  int attempts(WaybillException failure) {
    int allowed = backoff.policy().maxAttempts();
    if (answered) {
      return allowed;
    }
    return failure.code() == Status.Code.DEADLINE_EXCEEDED
        ? 1
        : Math.min(allowed, ATTEMPTS_AT_A_STRANGER);
  }

  private Duration delay(int failures, WaybillException failure) {
    return backoff.delay(failures, failure.retryDelay().orElse(Duration.ZERO));
  }

  /** Waits for as long as it takes after so many failures in a row. */
  void pause(int failures, WaybillException failure) {
    pause(failures, Duration.ZERO, failure);
  }

  /** The same, and not less than a time. */
  void pause(int failures, Duration least, WaybillException failure) {
    Duration delay = delay(failures, failure);
    pause(delay.compareTo(least) < 0 ? least : delay, failure);
  }

  private void pause(Duration delay, WaybillException failure) {
    try {
      backoff.sleeper().sleep(delay);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }
}
