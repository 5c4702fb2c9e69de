package io.waybill.server.s3.fake;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A network that keeps a request: its sender is told nothing, and S3 does it when it lands. */
public final class LateLanding implements FakeAwsS3.Personality {
  private final String operation;
  private final AtomicInteger left;
  private final Queue<Supplier<Answer>> kept = new ConcurrentLinkedQueue<>();

  /**
   * Makes one.
   *
   * @param operation which requests are kept, by their name in S3's API
   * @param times how many of them, from the first on
   */
  public LateLanding(String operation, int times) {
    this.operation = operation;
    this.left = new AtomicInteger(times);
  }

  @Override
  public Answer answer(Call call, Supplier<Answer> honest) {
    if (call.operation().equals(operation) && left.getAndDecrement() > 0) {
      kept.add(honest);
      return Answer.TORN;
    }
    return honest.get();
  }

  /** Now they land. Returns the HTTP status of the last one, 0 where there was none. */
  public int land() {
    int status = 0;
    for (Supplier<Answer> next = kept.poll(); next != null; next = kept.poll()) {
      status = next.get().status();
    }
    return status;
  }
}
