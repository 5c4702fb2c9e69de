package io.waybill.server.grpc;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An attacker in a process of his own, who keeps to a share of one core. To each line, {@code
 * attack MILLIS} or {@code harmless MILLIS}, he answers with one, how often he did it.
 */
final class Attacker {
  private Attacker() {}

  /** NAME PORT SHARE KNOWLEDGE. */
  public static void main(String[] args) throws Exception {
    Attack attack = Attack.valueOf(args[0]);
    CpuShare share = new CpuShare(Double.parseDouble(args[2]));
    try (Target target = new Target(Integer.parseInt(args[1]), args[3], share, () -> {});
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        String[] order = line.split(" ", 2);
        CountDownLatch stop = after(Duration.ofMillis(Long.parseLong(order[1])));
        System.out.println(
            order[0].equals("attack")
                ? attack.untilStopped(target, stop)
                : attack == Attack.SILENT_TLS // he has no certificate to call with
                    ? spin(share, stop)
                    : call(target, stop));
      }
    }
    System.exit(0); // whatever thread a library left behind
  }

  /** The harmless load: as much of a core, for calls that anybody may make. */
  private static long call(Target target, CountDownLatch stop) {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(target.channel());
    long times = 0;
    while (stop.getCount() > 0) {
      target.share.keep();
      var unused = health.check(HealthCheckRequest.getDefaultInstance());
      times++;
    }
    return times;
  }

  private static long spin(CpuShare share, CountDownLatch stop) {
    long times = 0;
    while (stop.getCount() > 0) {
      Thread.onSpinWait();
      share.keep();
      times++;
    }
    return times;
  }

  private static CountDownLatch after(Duration time) {
    CountDownLatch stop = new CountDownLatch(1);
    Thread clock =
        new Thread(
            () -> {
              try {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              stop.countDown();
            },
            "stop");
    clock.setDaemon(true);
    clock.start();
    return stop;
  }
}
