package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Eight threads and a queue of forty, which tenants share. */
public class TenantPoolTest {
  private static final int THREADS = 8;
  private static final int QUEUE = 40;

  private final ThreadPoolExecutor executor =
      new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  private final TenantPool pool = new TenantPool("kind", THREADS, QUEUE, executor);
  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<String> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void stop() {
    gate.countDown();
    pool.drop();
    executor.shutdownNow();
  }

  @Test
  void aQuietTenantRunsAtOnceWhileAnotherFloods() {
    int accepted = flood("flood");
    await().until(() -> executor.getActiveCount() == 4);
    assertThat(accepted).isEqualTo(4 + QUEUE / 2);

    pool.execute("quiet", () -> done.add("quiet"));

    await().until(() -> done.contains("quiet"));
    assertThat(done).as("and nothing of the flood was before it").containsExactly("quiet");
  }

  @Test
  void onlyTheFloodIsRefused() {
    flood("flood");

    UploadException refusal =
        catchThrowableOfType(
            UploadException.class, () -> pool.execute("flood", () -> done.add("more")));
    assertThat(refusal.reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(refusal.metadata()).containsEntry("queue", "kind");
    assertThat(refusal.retryAfter()).isPresent();
    for (int i = 0; i < 10; i++) {
      pool.execute("quiet", () -> done.add("quiet"));
    }
    await().until(() -> done.size() == 10);
  }

  @Test
  void twoFloodsLeaveAThreadForTheThird() {
    flood("one");
    flood("two");
    pool.execute("quiet", () -> done.add("quiet"));
    await().until(() -> done.contains("quiet"));
  }

  @Test
  void whatWaitsRunsInTheEndAndInTurns() {
    flood("flood");
    await().until(() -> executor.getActiveCount() == 4);
    CountDownLatch quietly = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      pool.execute("quiet", () -> awaitQuietly(quietly));
    }
    pool.execute("quiet", () -> done.add("quiet"));

    gate.countDown();
    await().until(() -> done.contains("quiet"));
    assertThat(done.indexOf("quiet")).as("all of the flood before it").isLessThan(20);
    quietly.countDown();
    await().until(() -> done.size() == 4 + QUEUE / 2 + 1);
    await().until(() -> executor.getActiveCount() == 0);
  }

  @Test
  void workThatThrowsHoldsNothingUp() {
    for (int i = 0; i < 3 * THREADS; i++) {
      pool.execute(
          "careless",
          () -> {
            throw new IllegalStateException("planted");
          });
      pool.execute("careful", () -> done.add("done"));
      int expected = i + 1;
      await().until(() -> done.size() == expected);
    }
    await().until(() -> executor.getActiveCount() == 0);
  }

  @Test
  void whoeverComesAndGoesAllWorkIsDone() {
    Random random = new Random(3);
    AtomicInteger finished = new AtomicInteger();
    int accepted = 0;
    for (int i = 0; i < 20_000; i++) {
      try {
        pool.execute("t" + random.nextInt(5), finished::incrementAndGet);
        accepted++;
      } catch (UploadException e) {
        assertThat(e.reason()).isEqualTo(Reason.OVERLOADED);
      }
    }
    int expected = accepted;
    await().until(() -> finished.get() == expected);
    await().until(() -> executor.getActiveCount() == 0);
  }

  @Test
  void finishesWhatWaitsWhenItIsShutDown() throws InterruptedException {
    int accepted = flood("flood");
    executor.shutdown();
    gate.countDown();

    assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    assertThat(done).hasSize(accepted);
  }

  /** As much as is taken, none of it done before the gate opens. */
  private int flood(String tenant) {
    List<String> accepted = new ArrayList<>();
    while (true) {
      try {
        pool.execute(
            tenant,
            () -> {
              awaitQuietly(gate);
              done.add(tenant);
            });
        accepted.add(tenant);
        awaitSettled();
      } catch (UploadException full) {
        return accepted.size();
      }
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  /** Until no thread is about to take from the queue what was just put there. */
  private void awaitSettled() {
    await().until(pool::isSettled);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
