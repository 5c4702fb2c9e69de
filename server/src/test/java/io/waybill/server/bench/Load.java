package io.waybill.server.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Callers that each have one call under way, and make the next when it is answered, on the event
 * loops of a few connections. One and the same for every server.
 */
final class Load<Q, A> implements AutoCloseable {
  private static final int CONNECTIONS = 4;

  /** After which calls that are not answered are given up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What a round came to.
   *
   * @param answered calls, each with its work done
   * @param perSecond of these, in the round's time
   * @param perSecondToRest the same in the time until the server had nothing more to do
   * @param cpuNanos the server's for all of them, and for what it did afterwards
   */
  record Round(
      long answered,
      double perSecond,
      double perSecondToRest,
      long p50Nanos,
      long p99Nanos,
      double cpuNanos) {
    double cpuNanosPerCall() {
      return cpuNanos / answered;
    }
  }

  private final List<ServerProcess> servers;
  private final Work<Q, A> work;
  private final int callers;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private long answered;

  Load(ServerProcess server, int callers, Work<Q, A> work) {
    this(List.of(server), callers, work);
  }

  /** On several servers, of which each gets as many of the connections. */
  Load(List<ServerProcess> servers, int callers, Work<Q, A> work) {
    this.servers = servers;
    this.callers = callers;
    this.work = work;
    for (int i = 0; i < Math.min(CONNECTIONS, callers); i++) {
      String target = servers.get(i % servers.size()).target();
      channels.add(NettyChannelBuilder.forTarget(target).usePlaintext().directExecutor().build());
    }
  }

  private Duration cpu() {
    return servers.stream().map(ServerProcess::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * Calls for so long, then waits for what is under way, and until the server is at rest: what it
   * puts off is its own cost, and not to be a load on the next one's round.
   *
   * @throws AssertionError where any call failed
   */
  Round run(Duration time) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(callers);
    List<Caller> all = new ArrayList<>();
    Duration cpuBefore = cpu();
    long begin = System.nanoTime();
    for (int i = 0; i < callers; i++) {
      all.add(new Caller(i, begin + time.toNanos(), ended));
    }
    all.forEach(Caller::call);
    boolean allEnded = ended.await(time.plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
    double seconds = (System.nanoTime() - begin) / 1e9;
    for (ServerProcess server : servers) {
      server.awaitRest();
    }
    double cpuNanos = cpu().minus(cpuBefore).toNanos();
    double secondsToRest = (System.nanoTime() - begin) / 1e9;
    if (!allEnded) {
      throw new AssertionError("calls are not answered: " + ended.getCount());
    }
    Latencies latencies = new Latencies();
    for (Caller caller : all) {
      if (caller.failure != null) {
        throw new AssertionError("a call failed", caller.failure);
      }
      latencies.addAll(caller.latencies);
    }
    answered += latencies.count();
    return new Round(
        latencies.count(),
        latencies.count() / seconds,
        latencies.count() / secondsToRest,
        latencies.percentile(0.5),
        latencies.percentile(0.99),
        cpuNanos);
  }

  /** How many calls were answered in all rounds. */
  long answered() {
    return answered;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** One caller's calls; each runs on its connection's event loop. */
  private final class Caller implements StreamObserver<A> {
    private final int number;
    private final long end;
    private final CountDownLatch ended;
    private final Latencies latencies = new Latencies();
    private long began;
    private boolean done;
    private volatile @Nullable Throwable failure;

    Caller(int number, long end, CountDownLatch ended) {
      this.number = number;
      this.end = end;
      this.ended = ended;
    }

    void call() {
      try {
        done = false;
        Q request = work.next(number);
        began = System.nanoTime();
        ClientCalls.asyncUnaryCall(
            channels.get(number % channels.size()).newCall(work.method(), CallOptions.DEFAULT),
            request,
            this);
      } catch (RuntimeException | Error e) {
        onError(e);
      }
    }

    @Override
    public void onNext(A answer) {
      done = work.isDone(answer);
    }

    @Override
    public void onCompleted() {
      long now = System.nanoTime();
      latencies.add(now - began);
      if (!done) {
        onError(new AssertionError("the answer is not what was asked for"));
      } else if (now < end) {
        call();
      } else {
        ended.countDown();
      }
    }

    @Override
    public void onError(Throwable cause) {
      failure = cause;
      ended.countDown();
    }
  }
}
