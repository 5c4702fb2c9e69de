package io.waybill.server.hostile;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.waybill.server.grpc.RawMessages;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends hostile calls, many at a time, and keeps what is wrong with the answers. */
final class Attack {
  /** Of one connection 32 new tokens may wait, and one that is answered leaves a moment later. */
  private static final int AT_ONCE = 24;

  private static final int PATIENCE_SECONDS = 120;

  private final Channel channel;
  private final Judge judge;
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger internal = new AtomicInteger();

  Attack(Channel channel, Judge judge) {
    this.channel = channel;
    this.judge = judge;
  }

  void send(Iterable<HostileCall> calls) throws InterruptedException {
    Semaphore room = new Semaphore(AT_ONCE);
    for (HostileCall call : calls) {
      room.acquire();
      ListenableFuture<byte[]> answer = answer(call);
      answer.addListener(
          () -> {
            judge(call, answer);
            room.release();
          },
          MoreExecutors.directExecutor());
    }
    if (!room.tryAcquire(AT_ONCE, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      complaints.add("calls without an answer: " + (AT_ONCE - room.availablePermits()));
    }
  }

  ListenableFuture<byte[]> answer(HostileCall call) {
    sent.incrementAndGet();
    Metadata headers = new Metadata();
    for (HostileCall.Header header : call.headers()) {
      headers.put(Metadata.Key.of(header.name(), Metadata.ASCII_STRING_MARSHALLER), header.value());
    }
    ClientCall<byte[], byte[]> sending =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers))
            .newCall(
                RawMessages.method(call.rpc()),
                CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
    return ClientCalls.futureUnaryCall(sending, call.message().toByteArray());
  }

  private void judge(HostileCall call, ListenableFuture<byte[]> answer) {
    try {
      answer.get(0, TimeUnit.SECONDS);
      accepted.incrementAndGet();
      complaints.add(call + ": accepted");
    } catch (ExecutionException e) {
      Status.Code code = Status.fromThrowable(e).getCode();
      if (code == Status.Code.INTERNAL || code == Status.Code.UNKNOWN) {
        internal.incrementAndGet();
      }
      judge.complaint(call, Objects.requireNonNull(e.getCause())).ifPresent(complaints::add);
    } catch (InterruptedException | TimeoutException | RuntimeException e) {
      complaints.add(call + ": " + e);
    }
  }

  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** What is counted. */
  String line() {
    return "hostile requests=%d accepted=%d internal=%d"
        .formatted(sent.get(), accepted.get(), internal.get());
  }
}
