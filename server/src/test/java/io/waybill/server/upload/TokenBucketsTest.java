package io.waybill.server.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a tenant may do in a while, on a clock that goes from where it overflows soon. */
public class TokenBucketsTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
  private final PerTenant<Rate> rates =
      new PerTenant<>(new Rate(10, 20), Map.of("free", Rate.UNLIMITED, "odd", new Rate(3, 1)));
  private final TokenBuckets buckets = new TokenBuckets("calls_per_second", rates, nanos::get);

  @Test
  void givesTheBurstAndThenWhatFlowsIn() {
    for (int i = 0; i < 20; i++) {
      buckets.take("a", 1);
    }
    assertThat(refused("a", 1)).isEqualTo(Duration.ofMillis(100));

    pass(Duration.ofMillis(250));
    buckets.take("a", 2);
    assertThat(refused("a", 1)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void neverHoldsMoreThanTheBurst() {
    buckets.take("a", 1);
    pass(Duration.ofDays(1));
    buckets.take("a", 20);
    assertThat(refused("a", 1)).isPositive();
  }

  @ParameterizedTest
  @CsvSource({"a, 1", "a, 5", "a, 20", "a, 700", "odd, 1", "odd, 2"})
  void saysExactlyWhenThereAreEnough(String tenant, int tokens) {
    buckets.take(tenant, 1_000);
    Duration wait = refused(tenant, tokens);

    pass(wait.minusNanos(1));
    assertThat(refused(tenant, tokens)).isEqualTo(Duration.ofNanos(1));
    pass(Duration.ofNanos(1));
    buckets.take(tenant, tokens);
  }

  @Test
  void whatCostsMoreThanTheBurstIsGivenAndPaidForAfterwards() {
    buckets.take("a", 1_000);
    assertThat(refused("a", 1)).isEqualTo(Duration.ofMillis(98_100));
    assertThat(refused("a", 1_000)).isEqualTo(Duration.ofSeconds(100));
  }

  @Test
  void whatIsRefusedCostsNothing() {
    buckets.take("a", 20);
    Duration first = refused("a", 20);
    assertThat(refused("a", 20)).isEqualTo(first);
  }

  @Test
  void eachTenantHasItsOwn() {
    buckets.take("a", 20);
    buckets.take("b", 20);
    buckets.take("free", 1_000_000);
    buckets.take("free", 1_000_000);
    assertThat(refused("a", 1)).isPositive();
  }

  @Test
  void theRefusalNamesTheRate() {
    buckets.take("a", 20);
    UploadException refusal =
        catchThrowableOfType(UploadException.class, () -> buckets.take("a", 3));
    assertThat(refusal.reason()).isEqualTo(Reason.RATE_LIMITED);
    assertThat(refusal.metadata())
        .isEqualTo(
            Map.of(
                "quota", "tenant:a/calls_per_second", "limit", "10", "burst", "20", "asked", "3"));
  }

  @Test
  void keepsNoMoreTenantsThanItMay() {
    for (int i = 0; i < 3 * TokenBuckets.MOST_TENANTS; i++) {
      try {
        buckets.take("t" + i, 20);
      } catch (UploadException e) {
        assertThat(i).as("a newcomer, who shares").isGreaterThan(TokenBuckets.MOST_TENANTS);
      }
    }
    assertThat(buckets.size()).isEqualTo(TokenBuckets.MOST_TENANTS + 1);

    pass(Duration.ofSeconds(2));
    buckets.take("new", 20);
    assertThat(refused("new", 20)).isEqualTo(Duration.ofSeconds(2));
    assertThat(buckets.size()).isEqualTo(1);
  }

  @Test
  void manyAtOnceGetNoMoreThanThereIs() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        taken.add(threads.submit(this::takeWhatThereIs));
      }
      int sum = 0;
      for (Future<Integer> each : taken) {
        sum += each.get();
      }
      assertThat(sum).isEqualTo(20);
    } finally {
      threads.shutdownNow();
    }
  }

  private int takeWhatThereIs() {
    for (int taken = 0; true; taken++) {
      try {
        buckets.take("a", 1);
      } catch (UploadException e) {
        return taken;
      }
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private Duration refused(String tenant, int tokens) {
    UploadException refusal =
        catchThrowableOfType(UploadException.class, () -> buckets.take(tenant, tokens));
    assertThat(refusal).as("it was given").isNotNull();
    return refusal.retryAfter().orElseThrow();
  }
}
