package io.waybill.server.upload;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A token bucket for each tenant, in this process. Thread-safe without a lock: it is asked on event
 * loops, at every call. A bucket is one number, the time when it is full again, so that one that is
 * full need not be kept.
 */
public final class TokenBuckets {
  /** Beyond so many tenants whose buckets are not full, the newcomers share one. */
  static final int MOST_TENANTS = 10_000;

  private static final long TIDY_NANOS = Duration.ofSeconds(1).toNanos();

  /** No tenant has this name. */
  private static final String NEWCOMERS = "";

  private final String what;
  private final PerTenant<Rate> rates;
  private final LongSupplier nanoTime;
  private final Map<String, AtomicLong> fullAt = new ConcurrentHashMap<>();
  private final AtomicLong tidiedAt;

  /**
   * @param what is counted, in the configuration's word: {@code calls_per_second}
   * @param nanoTime as {@link System#nanoTime}
   */
  public TokenBuckets(String what, PerTenant<Rate> rates, LongSupplier nanoTime) {
    this.what = what;
    this.rates = rates;
    this.nanoTime = nanoTime;
    this.tidiedAt = new AtomicLong(nanoTime.getAsLong() - TIDY_NANOS);
  }

  /**
   * Takes tokens. More than the burst are given once the bucket is full, and it is in debt
   * afterwards: what costs much is not refused for ever, and costs what it costs.
   *
   * @throws UploadException RATE_LIMITED with the time when there are enough; nothing is taken then
   */
  public void take(String tenant, long tokens) {
    Rate rate = rates.of(tenant);
    if (rate.isUnlimited() || tokens <= 0) {
      return;
    }
    long now = nanoTime.getAsLong();
    long capacity = rate.nanosFor(rate.burst());
    long needed = rate.nanosFor(Math.min(tokens, rate.burst()));
    long cost = rate.nanosFor(tokens);
    AtomicLong bucket = bucket(tenant, now);
    while (true) {
      long before = bucket.get();
      long missing = Math.max(before - now, 0);
      long wait = missing + needed - capacity;
      if (wait > 0) {
        throw limited(tenant, rate, tokens).retryAfter(Duration.ofNanos(wait));
      }
      if (bucket.compareAndSet(before, now + missing + cost)) {
        return;
      }
    }
  }

  /** Gives back what was taken and not used. */
  public void giveBack(String tenant, long tokens) {
    Rate rate = rates.of(tenant);
    if (!rate.isUnlimited() && tokens > 0) {
      bucket(tenant, nanoTime.getAsLong()).addAndGet(-rate.nanosFor(tokens));
    }
  }

  private AtomicLong bucket(String tenant, long now) {
    AtomicLong known = fullAt.get(tenant);
    if (known != null) {
      return known;
    }
    if (fullAt.size() >= MOST_TENANTS) {
      tidy(now);
    }
    String name = fullAt.size() < MOST_TENANTS ? tenant : NEWCOMERS;
    return fullAt.computeIfAbsent(name, first -> new AtomicLong(now));
  }

  /** A token taken at this very moment may be forgotten: of ten thousand tenants, one gains one. */
  private void tidy(long now) {
    long last = tidiedAt.get();
    if (now - last >= TIDY_NANOS && tidiedAt.compareAndSet(last, now)) {
      fullAt.values().removeIf(full -> full.get() - now <= 0);
    }
  }

  /** For tests. */
  int size() {
    return fullAt.size();
  }

  private UploadException limited(String tenant, Rate rate, long tokens) {
    return new UploadException(
        Reason.RATE_LIMITED,
        "the tenant has %d %s and bursts of %d, and this call takes %d"
            .formatted(rate.perSecond(), what, rate.burst(), tokens),
        Map.of(
            UploadException.QUOTA,
            "tenant:" + tenant + "/" + what,
            "limit",
            String.valueOf(rate.perSecond()),
            "burst",
            String.valueOf(rate.burst()),
            "asked",
            String.valueOf(tokens)));
  }
}
