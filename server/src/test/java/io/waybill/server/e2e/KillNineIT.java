package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.waybill.server.upload.Timing;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

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
  private final Queue<ToldUpload> told = new ConcurrentLinkedQueue<>();
  private final Set<String> lost = Collections.synchronizedSet(new java.util.TreeSet<>());
  private final Set<String> duplicates = Collections.synchronizedSet(new java.util.TreeSet<>());
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
      List<KillNineCaller> callers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(new KillNineCaller("caller" + i, seed + i, server::get, told));
        threads.add(new Thread(callers.get(i), "caller-" + i));
      }
      threads.forEach(thread -> thread.setDaemon(true));
      threads.forEach(Thread::start);
      long begun = System.nanoTime();
      for (String kill : plan) {
        cycle(kill, random, s3);
        compareWithTheDisk(s3Client);
        callers.forEach(KillNineIT::refuseFailure);
      }
      try (ServerProcess last = ServerProcess.start(folder, config(s3), s3)) {
        serve(last);
        callers.forEach(KillNineCaller::stop);
        for (Thread thread : threads) {
          thread.join();
        }
        callers.forEach(KillNineIT::refuseFailure);
        await()
            .atMost(CLEANED_WITHIN)
            .pollInterval(Duration.ofMillis(500))
            .until(() -> ledger().sessions().values().stream().noneMatch(s -> s.due()));
        compareWithTheDisk(s3Client);
        compareWithTheReplies(random);
        compareWithTheObjects(s3Client);
        List<String> orphans = orphans(s3Client);
        unserve();
        report(seed, plan.size(), orphans, Duration.ofNanos(System.nanoTime() - begun));
        assertThat(lost).isEmpty();
        assertThat(duplicates).isEmpty();
        assertThat(orphans).isEmpty();
        assertThat(kills).as("every failpoint was reached").containsKeys(failpoints());
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
    List<ToldUpload> soFar = List.copyOf(told); // before the disk, which may be ahead of them
    Map<ToldUpload, String> ends = new HashMap<>();
    Map<ToldUpload, Map<Integer, String>> reports = new HashMap<>();
    Map<ToldUpload, Set<String>> ids = new HashMap<>();
    for (ToldUpload upload : soFar) {
      ends.put(upload, String.valueOf(upload.end()));
      reports.put(upload, upload.reported());
      ids.put(upload, upload.ids());
    }
    KillNineLedger disk = ledger();
    lost.addAll(disk.miscounted());
    for (ToldUpload upload : soFar) {
      String requestId = upload.request.getRequestId();
      for (String id : ids.getOrDefault(upload, Set.of())) {
        KillNineLedger.Session session = disk.sessions().get(requestId);
        if (session == null) {
          lost.add(requestId + " was started as " + id + " and is gone");
        } else if (!session.id().equals(id)) {
          duplicates.add(requestId + " was started as " + id + " and is " + session.id());
        } else {
          compare(upload, session, disk, reports.getOrDefault(upload, Map.of()), ends.get(upload));
        }
      }
    }
    uploadsInS3(s3)
        .forEach(
            (key, count) -> {
              if (count > 1) {
                duplicates.add(key + " has " + count + " multipart uploads");
              }
            });
  }

  private void compare(
      ToldUpload upload,
      KillNineLedger.Session session,
      KillNineLedger disk,
      Map<Integer, String> reports,
      @Nullable String end) {
    String requestId = upload.request.getRequestId();
    reports.forEach(
        (part, etag) -> {
          String held = disk.etags().get(session.number() << 14 | part);
          if (held == null || !(etag.isEmpty() || etag.equals(held))) {
            lost.add(requestId + ": part " + part + " was reported with " + etag + ", is " + held);
          }
        });
    if (!"null".equals(end) && !session.state().equals(end)) {
      lost.add(requestId + " was " + end + " and is " + session.state());
    }
  }

  /**
   * The same request id, asked again: of up to this many, or it would take longer than the rest.
   */
  private void compareWithTheReplies(Random random) {
    UploadServiceBlockingStub stub = Objects.requireNonNull(server.get());
    List<ToldUpload> some = new ArrayList<>(told);
    Collections.shuffle(some, random);
    for (ToldUpload upload : some.subList(0, Math.min(2_000, some.size()))) {
      Upload again = stub.startUpload(upload.request).getUpload();
      if (!upload.ids().equals(Set.of(again.getUploadId()))) {
        duplicates.add(upload.ids() + " answers as " + again.getUploadId());
      }
      if (upload.end() != null && !again.getState().name().equals("UPLOAD_STATE_" + upload.end())) {
        lost.add(again.getUploadId() + " was " + upload.end() + ", answers " + again.getState());
      }
    }
  }

  private void compareWithTheObjects(S3Client s3) {
    for (ToldUpload upload : told) {
      if ("COMPLETED".equals(upload.end())) {
        try {
          byte[] object =
              s3.getObjectAsBytes(get -> get.bucket(TestS3.BUCKET).key(upload.key())).asByteArray();
          if (!KillNineCaller.sha256(object).equals(upload.sha256)) {
            lost.add(upload.key() + " has other bytes");
          }
        } catch (RuntimeException e) {
          lost.add(upload.key() + " cannot be read: " + e.getMessage());
        }
      }
    }
  }

  private static Map<String, Long> uploadsInS3(S3Client s3) {
    return s3.listMultipartUploads(list -> list.bucket(TestS3.BUCKET)).uploads().stream()
        .collect(Collectors.groupingBy(listed -> listed.key(), Collectors.counting()));
  }

  /** What S3 still holds and nobody finished. */
  private List<String> orphans(S3Client s3) throws Exception {
    List<String> orphans = new ArrayList<>(uploadsInS3(s3).keySet());
    Set<String> finished =
        ledger().sessions().values().stream()
            .filter(session -> session.state().equals("COMPLETED"))
            .map(KillNineLedger.Session::key)
            .collect(Collectors.toSet());
    s3.listObjectsV2Paginator(list -> list.bucket(TestS3.BUCKET)).contents().stream()
        .map(S3Object::key)
        .filter(key -> !finished.contains(key))
        .filter(key -> !key.equals(EXACT_PREFIX + KillNineCaller.TAKEN_KEY))
        .forEach(orphans::add);
    return orphans;
  }

  private void report(long seed, int cycles, List<String> orphans, Duration took) throws Exception {
    Map<String, Long> ends =
        told.stream()
            .collect(Collectors.groupingBy(u -> String.valueOf(u.end()), Collectors.counting()));
    StringBuilder text =
        new StringBuilder("kill9 seed=" + seed + " seconds=" + took.toSeconds() + "\n");
    kills.forEach((kill, times) -> text.append("  %4d  %s%n".formatted(times, kill)));
    text.append(
        "  told: %d starts, %d parts, %d completed, %d aborted%n"
            .formatted(
                told.stream().filter(u -> !u.ids().isEmpty()).count(),
                told.stream().mapToInt(u -> u.reported().size()).sum(),
                ends.getOrDefault("COMPLETED", 0L),
                ends.getOrDefault("ABORTED", 0L)));
    text.append(
        "kill9 cycles=%d acked_lost=%d duplicate_sessions=%d orphans=%d"
            .formatted(cycles, lost.size(), duplicates.size(), orphans.size()));
    System.out.println(text);
    Files.writeString(Path.of("target", "kill9.txt"), text + System.lineSeparator());
  }

  private static String[] failpoints() {
    return FAILPOINTS.toArray(String[]::new);
  }

  private static void refuseFailure(KillNineCaller caller) {
    Throwable failure = caller.failure();
    if (failure != null) {
      throw new AssertionError("a caller met what none should meet", failure);
    }
  }

  /**
   * Without start-up checks, whose probes it would kill too: single PUTs from the first call on.
   */
  private static String config(TestS3 s3) {
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
