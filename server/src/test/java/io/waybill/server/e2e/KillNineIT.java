package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.waybill.server.ClosingLines;
import io.waybill.server.ServerConfig;
import io.waybill.server.TestFindings;
import io.waybill.server.upload.Timing;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The real server under eight callers, killed again and again: at random moments by SIGKILL, and at
 * every point where its state and S3's part. Each time, before the next server may mend anything,
 * what is on the disk and in S3 is compared with what the callers were told.
 *
 * <p>{@code -Dwaybill.chaos.kill9.cycles=N} for more kills than each failpoint once and some at
 * random; {@code -Dwaybill.chaos.kill9.seed=N} for the same choices again (the moments differ).
 */
class KillNineIT {
  /** Where an object had to be deleted, the sweeper looks again after {@code cleanRetry}. */
  private static final Duration CLEANED_WITHIN =
      Timing.DEFAULT.cleanRetry().plus(Duration.ofSeconds(60));

  /** It has a server again within seconds: whoever waits for longer waits for the dead. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final int CALLERS = 8;
  private static final String EXACT_PREFIX = "exact/";

  /**
   * Where a step is done on one side and not yet on the other, or durable and not yet told. What
   * has nothing between itself and one of these is left out.
   */
  private static final List<String> FAILPOINTS =
      List.of(
          "after create",
          "before createMultipartUpload",
          "after createMultipartUpload",
          "after ACTIVE",
          "after record",
          "after COMPLETING",
          "before completeMultipartUpload",
          "after completeMultipartUpload",
          "after COMPLETED",
          "after ABORTED",
          "before abortMultipartUpload",
          "after abortMultipartUpload",
          "before forget",
          "after forget");

  private static final int RANDOM_KILLS = 4;

  @TempDir Path folder;

  private final AtomicReference<@Nullable UploadServiceBlockingStub> server =
      new AtomicReference<>();
  private final Promises promises = new Promises();
  private int nthAtMost = 1;
  private final Map<String, Integer> kills = new TreeMap<>();

  @Test
  void whatCallersWereToldIsTrueWheneverItDies() throws Exception {
    long seed = Long.getLong("waybill.chaos.kill9.seed", System.nanoTime());
    Random random = new Random(seed);
    int cycles = Integer.getInteger("waybill.chaos.kill9.cycles", 0);
    List<String> plan = plan(Math.max(cycles, FAILPOINTS.size() + RANDOM_KILLS), random);
    nthAtMost = cycles == 0 ? 1 : 8;
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"));
        S3Client s3Client = s3.client()) {
      s3Client.putObject(
          put -> put.bucket(TestS3.BUCKET).key(EXACT_PREFIX + KillNineCaller.TAKEN_KEY),
          RequestBody.fromString("mine"));
      TestFindings.rememberAws(
          ServerConfig.parse(config(s3), Map.of("data_dir", folder.resolve("data").toString())));
      List<KillNineCaller> callers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            new KillNineCaller("caller" + i, seed + i, server::get, PATIENCE, promises.told));
        threads.add(new Thread(callers.get(i), "caller-" + i));
      }
      threads.forEach(thread -> thread.setDaemon(true));
      threads.forEach(Thread::start);
      long begun = System.nanoTime();
      for (String kill : plan) {
        cycle(kill, random, s3);
        compareWithTheDisk(s3Client);
        callers.forEach(Promises::refuseFailure);
      }
      try (ServerProcess last = ServerProcess.start(folder, config(s3), s3)) {
        serve(last);
        callers.forEach(KillNineCaller::stop);
        for (Thread thread : threads) {
          thread.join();
        }
        callers.forEach(Promises::refuseFailure);
        await()
            .atMost(CLEANED_WITHIN)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> ledger().sessions().values().stream().noneMatch(s -> s.due()));
        compareWithTheDisk(s3Client);
        promises.compareWithTheReplies(Objects.requireNonNull(server.get()), random);
        promises.compareWithTheObjects(s3Client);
        List<String> orphans = Promises.orphans(s3Client, ledger());
        unserve();
        report(seed, plan.size(), orphans, Duration.ofNanos(System.nanoTime() - begun));
        assertThat(promises.lost).isEmpty();
        assertThat(promises.duplicates).isEmpty();
        assertThat(orphans).isEmpty();
        assertThat(kills).as("every failpoint was reached").containsKeys(failpoints());
        ClosingLines.add(line(plan.size(), orphans));
      }
    }
  }

  /** Each failpoint once; for more, half of the kills at random and half at failpoints. */
  private static List<String> plan(int cycles, Random random) {
    List<String> plan = new ArrayList<>(FAILPOINTS);
    for (int i = 0; plan.size() < cycles; i++) {
      plan.add(
          i < RANDOM_KILLS || random.nextBoolean()
              ? "random"
              : FAILPOINTS.get(random.nextInt(FAILPOINTS.size())));
    }
    Collections.shuffle(plan, random);
    return plan;
  }

  private void cycle(String kill, Random random, TestS3 s3) throws Exception {
    boolean atRandom = kill.equals("random");
    ServerProcess process =
        atRandom
            ? ServerProcess.start(folder, config(s3), s3)
            // Each is to come soon in the short run, and in many moments in the long one.
            : ServerProcess.startWith(kill, 1 + random.nextInt(nthAtMost), folder, config(s3), s3);
    serve(process);
    if (atRandom) {
      Thread.sleep(random.nextInt(nthAtMost == 1 ? 1_000 : 3_000));
      process.kill();
    } else if (!process.ends(Duration.ofSeconds(30))) {
      process.kill();
      throw new AssertionError("nobody came by '" + kill + "'\n" + process.log());
    }
    kills.merge(kill, 1, Integer::sum);
    unserve();
  }

  private void serve(ServerProcess process) {
    if (!process.target().isEmpty()) {
      server.set(
          UploadServiceGrpc.newBlockingStub(
              Grpc.newChannelBuilder(process.target(), InsecureChannelCredentials.create())
                  .disableRetry() // a caller finds the next server sooner than gRPC does
                  .build()));
    }
  }

  private void unserve() {
    UploadServiceBlockingStub stub = server.getAndSet(null);
    if (stub != null && stub.getChannel() instanceof ManagedChannel channel) {
      channel.shutdownNow();
    }
  }

  private KillNineLedger ledger() throws Exception {
    return KillNineLedger.read(folder.resolve("data"), folder);
  }

  private void compareWithTheDisk(S3Client s3) throws Exception {
    Promises.Told soFar = promises.toldByNow();
    promises.compareWithTheLedger(soFar, ledger());
    promises.compareWithTheUploadsInS3(s3);
  }

  private void report(long seed, int cycles, List<String> orphans, Duration took) throws Exception {
    StringBuilder text =
        new StringBuilder("kill9 seed=" + seed + " seconds=" + took.toSeconds() + "\n");
    kills.forEach((kill, times) -> text.append("  %4d  %s%n".formatted(times, kill)));
    text.append(promises.summary());
    text.append(line(cycles, orphans));
    System.out.println(text);
    Files.writeString(Path.of("target", "kill9.txt"), text + System.lineSeparator());
  }

  private String line(int cycles, List<String> orphans) {
    return "kill9 cycles=%d acked_lost=%d duplicate_sessions=%d orphans=%d"
        .formatted(cycles, promises.lost.size(), promises.duplicates.size(), orphans.size());
  }

  private static String[] failpoints() {
    return FAILPOINTS.toArray(String[]::new);
  }

  /**
   * Without start-up checks, whose probes it would kill too; what they would have found is in the
   * database.
   */
  static String config(TestS3 s3) {
    String destination =
        """
          - name: %s
            bucket: %s
            region: us-east-1
            endpoint: %s
            path_style: true
            key_prefix: %s/
            part_size: 5MiB
            url_ttl: 2s
            session_ttl: %s
            startup_checks: off
        """;
    return "destinations:\n"
        + destination.formatted("main", TestS3.BUCKET, s3.endpoint(), "main", "5m")
        + destination.formatted("brief", TestS3.BUCKET, s3.endpoint(), "brief", "2s")
        + destination.formatted("exact", TestS3.BUCKET, s3.endpoint(), "exact", "5m")
        + "    exact_keys: true\n    key_template: \"{object_key}\"\n"
        + "sweeper:\n  interval: 1s\n  put_grace: 1s\n";
  }
}
