package io.waybill.server.auth;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.UploadException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

public class VerificationsTest {
  private static final Caller CALLER = new Caller("acme", "somebody");
  private static final int PER_CONNECTION = 32;
  private static final int WAITING = 1_024;

  /** What one takes: as ES256 on JDK 17. */
  private static final long TAKES_NANOS = 700_000;

  private final AtomicLong now = new AtomicLong();
  private final List<Long> rests = new CopyOnWriteArrayList<>();
  private final Verifications verifications = new Verifications(1, now::get, rests::add);
  private final CountDownLatch go = new CountDownLatch(1);
  private final AtomicInteger verified = new AtomicInteger();

  private Caller slow() {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    verified.incrementAndGet();
    return CALLER;
  }

  @AfterEach
  void close() {
    go.countDown();
    verifications.close();
  }

  @Test
  void oneTokenIsVerifiedOnceForAllWhoAskMeanwhile() throws Exception {
    List<CompletableFuture<Caller>> asked = new ArrayList<>();
    for (int i = 0; i < 2 * PER_CONNECTION; i++) {
      asked.add(verifications.begin(TokenDigest.of("one"), "c", this::slow));
    }
    go.countDown();
    for (CompletableFuture<Caller> each : asked) {
      assertThat(each.get(5, SECONDS)).isEqualTo(CALLER);
    }
    assertThat(verified).hasValue(1);
  }

  @Test
  void oneConnectionCannotFillTheQueue() throws Exception {
    for (int i = 0; i < PER_CONNECTION; i++) {
      var unused = verifications.begin(TokenDigest.of("forged" + i), "flood", this::slow);
    }
    refusesAsOverloaded("one more", "flood");
    CompletableFuture<Caller> other =
        verifications.begin(TokenDigest.of("good"), "other", this::slow);
    go.countDown();
    assertThat(other.get(5, SECONDS)).isEqualTo(CALLER);
    await().untilAsserted(() -> assertThat(verified).hasValue(PER_CONNECTION + 1));
    assertThat(verifications.begin(TokenDigest.of("later"), "flood", this::slow).get(5, SECONDS))
        .as("once they are verified there is room again")
        .isEqualTo(CALLER);
  }

  @Test
  void theQueueEnds() {
    for (int i = 0; i <= WAITING; i++) { // one of them is being verified
      var unused = verifications.begin(TokenDigest.of("t" + i), i, this::slow);
    }
    refusesAsOverloaded("one more", "other");
  }

  @Test
  void whatFailsFailsForEverybodyAndIsTriedAnew() {
    Supplier<Caller> failing =
        () -> {
          slow();
          throw Refusals.invalid();
        };
    CompletableFuture<Caller> first = verifications.begin(TokenDigest.of("t"), "a", failing);
    CompletableFuture<Caller> second = verifications.begin(TokenDigest.of("t"), "b", failing);
    go.countDown();
    assertThatThrownBy(first::join).hasCauseInstanceOf(UploadException.class);
    assertThatThrownBy(second::join).hasCauseInstanceOf(UploadException.class);
    assertThat(verifications.begin(TokenDigest.of("t"), "a", this::slow).join()).isEqualTo(CALLER);
  }

  @Test
  void theConnectionsTakeTurns() throws Exception {
    List<String> order = new CopyOnWriteArrayList<>();
    for (int i = 0; i < PER_CONNECTION; i++) {
      var unused =
          verifications.begin(TokenDigest.of("forged" + i), "flood", noting("flood", order));
    }
    CompletableFuture<Caller> newcomer =
        verifications.begin(TokenDigest.of("good"), "newcomer", noting("newcomer", order));
    go.countDown();
    newcomer.get(5, SECONDS);
    await().until(() -> order.size() == PER_CONNECTION + 1);
    assertThat(order.indexOf("newcomer"))
        .as("one is being verified, and one of the flood may come first")
        .isLessThanOrEqualTo(2);
  }

  private Supplier<Caller> noting(String whose, List<String> order) {
    return () -> {
      Caller caller = slow();
      order.add(whose);
      return caller;
    };
  }

  @Test
  void restsThreeTimesAsLongAfterAForgery() throws Exception {
    go.countDown();
    CompletableFuture<Caller> forged =
        verifications.begin(TokenDigest.of("forged"), "a", () -> forged(TAKES_NANOS));
    assertThatThrownBy(forged::join).hasCauseInstanceOf(UploadException.class);
    await().until(() -> rests.equals(List.of(3 * TAKES_NANOS)));
    assertThat(verifications.begin(TokenDigest.of("good"), "a", this::slow).get(5, SECONDS))
        .isEqualTo(CALLER);
    assertThat(rests).as("and not after another").hasSize(1);
  }

  @Test
  void restsNoLongerThanNewCallersCanWait() {
    CompletableFuture<Caller> forged =
        verifications.begin(TokenDigest.of("forged"), "a", () -> forged(SECONDS.toNanos(20)));
    assertThatThrownBy(forged::join).hasCauseInstanceOf(UploadException.class);
    await().until(() -> rests.equals(List.of(MILLISECONDS.toNanos(50))));
  }

  private Caller forged(long takes) {
    now.addAndGet(takes);
    throw Refusals.invalid();
  }

  private void refusesAsOverloaded(String token, Object connection) {
    UploadException refusal =
        catchThrowableOfType(
            UploadException.class,
            () -> verifications.begin(TokenDigest.of(token), connection, this::slow));
    assertThat(refusal.reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(refusal.retryAfter()).isPresent();
    assertThat(refusal.metadata()).containsEntry("queue", "authentication");
  }
}
