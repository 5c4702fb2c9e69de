package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Turns;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens on threads of its own. A signature costs as much as a hundred calls, and anybody
 * can send tokens that have to be verified to be refused: on an event loop they would take the time
 * of everybody whose connection is on it. Here they take at most half of the processors, and those
 * that turn out to be forged a quarter of that: after one, its thread rests three times as long as
 * it took, which also is longer the busier the machine is with other work.
 *
 * <p>What waits is bounded, of one connection and in all, and the connections take turns: a new
 * caller waits for one token of each other connection, not for all of a flood.
 */
final class Verifications implements AutoCloseable {
  private static final int MAX_WAITING = 1_024;
  private static final int MAX_WAITING_PER_CONNECTION = 32;
  private static final String QUEUE = "authentication";

  private static final int REST_PER_FORGERY = 3;

  /** Whatever held up the thread. */
  private static final long MAX_REST_NANOS = Duration.ofMillis(50).toNanos();

  private final ThreadPoolExecutor threads;
  private final LongSupplier nanoTime;
  private final LongConsumer rest;
  private final Map<TokenDigest, CompletableFuture<Caller>> pending = new ConcurrentHashMap<>();
  private final Map<String, Integer> unverified = new ConcurrentHashMap<>();

  /** By connection; guarded by itself. */
  private final Turns<Runnable> waiting = new Turns<>(MAX_WAITING);

  Verifications() {
    this(
        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        System::nanoTime,
        LockSupport::parkNanos);
  }

  /**
   * @param nanoTime as {@link System#nanoTime}
   * @param rest is to wait for so many nanoseconds
   */
  Verifications(int threadCount, LongSupplier nanoTime, LongConsumer rest) {
    this.nanoTime = nanoTime;
    this.rest = rest;
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            60,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            work -> {
              Thread thread = new Thread(work, "waybill-verify-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Has a token verified, once for all who ask meanwhile.
   *
   * @param connection whose it is, by equality
   * @param verification returns the caller, or throws why there is none
   * @throws UploadException OVERLOADED, with RetryInfo, where too many wait already
   */
  CompletableFuture<Caller> begin(
      TokenDigest token, Object connection, Supplier<Caller> verification) {
    CompletableFuture<Caller> made = new CompletableFuture<>();
    CompletableFuture<Caller> running = pending.putIfAbsent(token, made);
    if (running != null) {
      return running;
    }
    String source = connection.toString();
    if (!enter(source)) {
      return refuse(token, made);
    }
    try {
      queue(source, () -> decide(token, made, source, verification));
      return made;
    } catch (RuntimeException | Error e) { // full, or no thread to be had
      leave(source);
      return refuse(token, made);
    }
  }

  private void queue(String source, Runnable work) {
    synchronized (waiting) {
      if (!waiting.hasRoomFor(source)) {
        throw new RejectedExecutionException();
      }
      threads.execute(this::verifyNext); // which finds nothing before the lock is let go
      waiting.add(source, work);
    }
  }

  private void verifyNext() {
    Runnable next;
    synchronized (waiting) {
      next = waiting.next();
    }
    if (next != null) {
      next.run();
    }
  }

  private void decide(
      TokenDigest token,
      CompletableFuture<Caller> made,
      String source,
      Supplier<Caller> verification) {
    long began = nanoTime.getAsLong();
    Caller caller;
    try {
      caller = verification.get();
    } catch (RuntimeException | Error e) {
      end(token, source);
      made.completeExceptionally(e);
      long took = nanoTime.getAsLong() - began;
      rest.accept(Math.min(REST_PER_FORGERY * took, MAX_REST_NANOS));
      return;
    }
    end(token, source);
    made.complete(caller);
  }

  private void end(TokenDigest token, String source) {
    pending.remove(token);
    leave(source);
  }

  private CompletableFuture<Caller> refuse(TokenDigest token, CompletableFuture<Caller> made) {
    pending.remove(token);
    UploadException overloaded = UploadException.overloaded(QUEUE);
    made.completeExceptionally(overloaded); // somebody may have joined
    throw overloaded;
  }

  private boolean enter(String source) {
    int now = unverified.merge(source, 1, Integer::sum);
    if (now <= MAX_WAITING_PER_CONNECTION) {
      return true;
    }
    leave(source);
    return false;
  }

  private void leave(String source) {
    unverified.compute(source, (key, count) -> oneLess(count));
  }

  private static @Nullable Integer oneLess(@Nullable Integer count) {
    return count == null || count <= 1 ? null : count - 1;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
