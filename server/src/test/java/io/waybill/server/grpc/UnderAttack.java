package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.waybill.server.ClosingLines;
import io.waybill.server.bench.JavaProcess;
import io.waybill.server.secrets.TestLogs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server that somebody attacks while a good client calls, whose every call has to succeed.
 *
 * <p>How long the calls take is judged under {@code -Pchaos} alone ({@code
 * -Dwaybill.chaos.attack.rounds=N}). There the attacker is a process of his own and has a quarter
 * of a core, since he would not be on the server's machine; and the good client's calls are
 * compared with those beside the same process while it makes ordinary calls with its share. So what
 * is judged is what an attacker costs the server beyond any other client, whatever else two cores
 * have to do. The two take turns, several times a round, so that both have what the machine's other
 * work does to them.
 */
final class UnderAttack {
  /** How many calls of the good client there are beside an attack from this process. */
  private static final int CALLS = 300;

  private static final double ATTACKERS_SHARE = 0.25;

  /** The shortest turn; an attack that takes longer has longer ones. */
  private static final Duration TURN = Duration.ofMillis(500);

  /** How long a round attacks at the least. */
  private static final Duration ROUND = Duration.ofSeconds(2);

  private static final double MAX_RATIO = 2;

  private final GoodClient good;
  private final int port;
  private final String knowledge;

  UnderAttack(GoodClient good, int port) {
    this(good, port, "");
  }

  /**
   * @param knowledge what the attack has to know
   */
  UnderAttack(GoodClient good, int port, String knowledge) {
    this.good = good;
    this.port = port;
    this.knowledge = knowledge;
  }

  void by(Attack attack) throws IOException {
    by(attack, () -> {});
  }

  /**
   * Attacks.
   *
   * @param atItsHeight looks at the server when the attack holds all that it gets
   */
  void by(Attack attack, Runnable atItsHeight) throws IOException {
    int calls = fromHere(attack, atItsHeight);
    int rounds = Integer.getInteger("waybill.chaos.attack.rounds", 0);
    if (rounds == 0) {
      ClosingLines.add("attack %s calls=%d failed=0".formatted(attack.label(), calls));
      return;
    }
    double[] ratios = fromAfar(attack, rounds);
    Arrays.sort(ratios);
    double median = ratios[rounds / 2];
    assertThat(median)
        .as(
            "the good client's p99 beside %s and beside a harmless load: %s",
            attack.label(), Arrays.toString(ratios))
        .isLessThanOrEqualTo(MAX_RATIO);
    ClosingLines.add(
        String.format(
            Locale.ROOT, "attack %s rounds=%d p99_ratio=%.2f", attack.label(), rounds, median));
  }

  private int fromHere(Attack attack, Runnable atItsHeight) {
    CountDownLatch stop = new CountDownLatch(1);
    try (Target target = new Target(port, knowledge, CpuShare.UNBOUNDED, atItsHeight)) {
      CompletableFuture<Integer> attacker =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return attack.untilStopped(target, stop);
                } catch (IOException | InterruptedException e) {
                  throw new CompletionException(e);
                }
              });
      long[] calls =
          good.call(
              CALLS,
              () -> {
                stop.countDown();
                return attacker.isDone();
              });
      assertThat(attacker.join()).as("how often he was cut off or refused").isPositive();
      return calls.length;
    }
  }

  private double[] fromAfar(Attack attack, int rounds) throws IOException {
    try (JavaProcess attacker =
        JavaProcess.start(
            Attacker.class,
            TestLogs.fresh("attacker"),
            List.of(
                "-XX:ActiveProcessorCount=1",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m"),
            attack,
            port,
            ATTACKERS_SHARE,
            knowledge)) {
      double[] ratios = new double[rounds];
      round(attacker); // what is compiled now, is not compiled later
      for (int i = 0; i < rounds; i++) {
        ratios[i] = round(attacker);
      }
      return ratios;
    }
  }

  private double round(JavaProcess attacker) {
    List<Long> quiet = new ArrayList<>();
    List<Long> attacked = new ArrayList<>();
    for (long left = ROUND.toNanos(); left > 0; ) {
      long took = beside(attacker, "attack", TURN.toMillis(), attacked);
      beside(attacker, "harmless", TimeUnit.NANOSECONDS.toMillis(took), quiet);
      left -= took;
    }
    return GoodClient.p99Nanos(attacked) / (double) GoodClient.p99Nanos(quiet);
  }

  /** Returns how long it took, in nanoseconds. */
  @CanIgnoreReturnValue
  private long beside(JavaProcess attacker, String what, long millis, List<Long> calls) {
    long began = System.nanoTime();
    CompletableFuture<String> done =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return attacker.ask(what + " " + millis);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    for (long nanos : good.call(1, done::isDone)) {
      calls.add(nanos);
    }
    assertThat(Long.parseLong(done.join())).as("how often").isPositive();
    return System.nanoTime() - began;
  }
}
