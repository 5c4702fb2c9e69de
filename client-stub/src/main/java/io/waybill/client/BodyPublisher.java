package io.waybill.client;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands a part to the HTTP client in buffers of {@link #BUFFER_BYTES}, read as they are asked for.
 * Every buffer is a fresh one, since the client keeps it until it is written.
 */
final class BodyPublisher implements Flow.Publisher<ByteBuffer> {

  static final int BUFFER_BYTES = 128 << 10;

  private final PartBody body;
  private final LongConsumer onSent;
  private volatile @Nullable Throwable failure;

  /**
   * A publisher for one request.
   *
   * @param onSent told of the size of every buffer handed over
   */
  BodyPublisher(PartBody body, LongConsumer onSent) {
    this.body = body;
    this.onSent = onSent;
  }

  /** Why the body could not be read, as against sent. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    subscriber.onSubscribe(new Reading(subscriber));
  }

  private final class Reading implements Flow.Subscription {

    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final AtomicLong demand = new AtomicLong();
    private long position;
    private volatile boolean done;

    Reading(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      // onNext may ask for more from within: only the outermost call, or the first thread, loops.
      if (n <= 0 || demand.getAndAccumulate(n, Reading::added) > 0) {
        return;
      }
      do {
        emit();
      } while (!done && demand.decrementAndGet() > 0);
    }

    private static long added(long demand, long more) {
      return demand + more < 0 ? Long.MAX_VALUE : demand + more;
    }

    private void emit() {
      if (done) {
        return;
      }
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, body.sizeBytes() - position));
      try {
        body.read(buffer, position);
        buffer.flip();
        position += buffer.remaining();
        onSent.accept(buffer.remaining());
      } catch (Throwable e) {
        // Whoever waits for the answer throws it on; thrown here, it would only be lost.
        done = true;
        failure = e;
        subscriber.onError(e);
        return;
      }
      subscriber.onNext(buffer);
      if (position == body.sizeBytes() && !done) {
        done = true;
        subscriber.onComplete();
      }
    }

    @Override
    public void cancel() {
      done = true;
    }
  }
}
