package io.waybill.server.auth;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VerificationsTest {
  private static final Caller CALLER = new Caller("acme", "somebody");
  private static final int PER_CONNECTION = 32;
  private static final int WAITING = 1_024;

  private final Verifications verifications = new Verifications(1);
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
