package io.waybill.server.auth;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.UploadException;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens on threads of its own. A signature costs as much as a hundred calls, and anybody
 * can send tokens that have to be verified to be refused: on an event loop they would take the time
 * of everybody whose connection is on it. Here they take at most half of the processors, and wait
 * in a queue that ends; of one connection a few wait at the most, so that it takes many to fill it.
 */
final class Verifications implements AutoCloseable {
  private static final int MAX_WAITING = 1_024;
  private static final int MAX_WAITING_PER_CONNECTION = 32;
  private static final String QUEUE = "authentication";

  private final ThreadPoolExecutor threads;
  private final Map<TokenDigest, CompletableFuture<Caller>> pending = new ConcurrentHashMap<>();
  private final Map<Object, Integer> waiting = new ConcurrentHashMap<>();

  Verifications() {
    this(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
  }

  Verifications(int threadCount) {
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
    if (!enter(connection)) {
      return refuse(token, made);
    }
    try {
      threads.execute(
          () -> {
            try {
              decide(token, made, verification);
            } finally {
              leave(connection);
            }
          });
      return made;
    } catch (RejectedExecutionException e) {
      leave(connection);
      return refuse(token, made);
    }
  }

  private void decide(
      TokenDigest token, CompletableFuture<Caller> made, Supplier<Caller> verification) {
    Caller caller;
    try {
      caller = verification.get();
    } catch (RuntimeException | Error e) {
      pending.remove(token);
      made.completeExceptionally(e);
      return;
    }
    pending.remove(token);
    made.complete(caller);
  }

  private CompletableFuture<Caller> refuse(TokenDigest token, CompletableFuture<Caller> made) {
    pending.remove(token);
    UploadException overloaded = UploadException.overloaded(QUEUE);
    made.completeExceptionally(overloaded); // somebody may have joined
    throw overloaded;
  }

  private boolean enter(Object connection) {
    int now = waiting.merge(connection, 1, Integer::sum);
    if (now <= MAX_WAITING_PER_CONNECTION) {
      return true;
    }
    leave(connection);
    return false;
  }

  private void leave(Object connection) {
    waiting.compute(connection, (key, count) -> oneLess(count));
  }

  private static @Nullable Integer oneLess(@Nullable Integer count) {
    return count == null || count <= 1 ? null : count - 1;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
