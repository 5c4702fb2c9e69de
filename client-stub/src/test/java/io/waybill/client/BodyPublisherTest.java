package io.waybill.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodyPublisherTest {

  private static final int SIZE = 3 * BodyPublisher.BUFFER_BYTES + 1;

  private final List<String> events = new ArrayList<>();
  private final List<Long> sent = new ArrayList<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** Asks for so many buffers at first, and so many after each. */
  private Flow.Subscription subscribe(PartBody body, long first, long then) {
    List<Flow.Subscription> subscriptions = new ArrayList<>();
    new BodyPublisher(body, sent::add)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscriptions.add(subscription);
                subscription.request(first);
              }

              @Override
              public void onNext(ByteBuffer buffer) {
                events.add("next " + buffer.remaining());
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                received.writeBytes(chunk);
                subscriptions.get(0).request(then);
              }

              @Override
              public void onError(Throwable failure) {
                events.add("error " + failure.getMessage());
              }

              @Override
              public void onComplete() {
                events.add("complete");
              }
            });
    return subscriptions.get(0);
  }

  @Test
  void handsOverBoundedBuffersAsTheyAreAskedFor() {
    byte[] bytes = Bench.bytes(SIZE);

    var unused = subscribe(Bench.body(bytes), 1, 1);

    assertThat(events)
        .containsExactly("next 131072", "next 131072", "next 131072", "next 1", "complete");
    assertThat(received.toByteArray()).isEqualTo(bytes);
    assertThat(sent).containsExactly(131072L, 131072L, 131072L, 1L);
  }

  @Test
  void handsOverNoMoreThanIsAskedFor() {
    Flow.Subscription subscription = subscribe(Bench.body(new byte[SIZE]), 2, 0);
    assertThat(events).hasSize(2);

    subscription.request(Long.MAX_VALUE);
    assertThat(events).hasSize(5).endsWith("complete");

    subscription.request(1);
    assertThat(events).hasSize(5);
  }

  @Test
  void stopsWhenCancelled() {
    Flow.Subscription subscription = subscribe(Bench.body(new byte[SIZE]), 1, 0);

    subscription.cancel();
    subscription.request(5);

    assertThat(events).hasSize(1);
  }

  @Test
  void tellsThatItCannotRead() {
    PartBody unreadable =
        new PartBody() {
          @Override
          public long sizeBytes() {
            return SIZE;
          }

          @Override
          public void read(ByteBuffer buffer, long position) throws IOException {
            throw new IOException("disk");
          }

          @Override
          public void close() {}
        };

    var unused = subscribe(unreadable, 5, 0);

    assertThat(events).containsExactly("error disk");
  }
}
