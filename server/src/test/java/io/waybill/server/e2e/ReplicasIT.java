package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.waybill.server.ClosingLines;
import io.waybill.server.ServerConfig;
import io.waybill.server.TestFindings;
import io.waybill.server.sql.TestPostgres;
import io.waybill.v1.UploadServiceGrpc;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Two servers on one PostgreSQL, and callers that make each call of an upload to either, while
 * servers are killed, one or both, and PostgreSQL is stopped as by a crash and started again. After
 * each blow the database is compared with what the callers were told by then.
 *
 * <p>{@code -Dwaybill.chaos.replicas.kills=N} and {@code .pg_restarts=N} for more than the few of
 * each; {@code .seed=N} for the same choices again (the moments differ).
 */
class ReplicasIT {
  private static final int REPLICAS = 2;
  private static final int CALLERS = 8;

  /** A lease has to run out where a server died, perhaps twice in a row, or three times. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration CLEANED_WITHIN = Duration.ofMinutes(3);
  private static final int CALM_MILLIS = 1_500;

  private enum Blow {
    KILL_ONE,
    KILL_BOTH,
    RESTART_POSTGRES
  }

  @TempDir Path folder;

  private final Promises promises = new Promises();
  private final List<@Nullable ServerProcess> servers =
      new ArrayList<>(Collections.nCopies(REPLICAS, null));
  private final AtomicReferenceArray<@Nullable UploadServiceBlockingStub> stubs =
      new AtomicReferenceArray<>(REPLICAS);
  private int kills;
  private int restarts;

  @Test
  void whatAnyReplicaSaidIsTrueOfAll() throws Exception {
    long seed = Long.getLong("waybill.chaos.replicas.seed", System.nanoTime());
    Random random = new Random(seed);
    try (TestPostgres postgres = TestPostgres.start(folder.resolve("postgres"));
        TestS3 s3 = TestS3.start(folder.resolve("s3"));
        S3Client s3Client = s3.client()) {
      String database = postgres.newDatabase();
      s3Client.putObject(
          put -> put.bucket(TestS3.BUCKET).key("exact/" + KillNineCaller.TAKEN_KEY),
          RequestBody.fromString("mine"));
      TestFindings.rememberAws(ServerConfig.parse(config(s3, database), Map.of()));
      for (int i = 0; i < REPLICAS; i++) {
        start(i, s3, database);
      }
      List<KillNineCaller> callers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            new KillNineCaller("caller" + i, seed + i, this::anyServer, PATIENCE, promises.told));
        threads.add(new Thread(callers.get(i), "caller-" + i));
      }
      threads.forEach(thread -> thread.setDaemon(true));
      threads.forEach(Thread::start);
      long begun = System.nanoTime();
      for (Blow blow : plan(random)) {
        Thread.sleep(random.nextInt(CALM_MILLIS));
        strike(blow, random, postgres, s3, database);
        compareWithTheDatabase(database);
        callers.forEach(Promises::refuseFailure);
      }
      callers.forEach(KillNineCaller::stop);
      for (Thread thread : threads) {
        thread.join();
      }
      callers.forEach(Promises::refuseFailure);
      await()
          .atMost(CLEANED_WITHIN)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> ledger(database).sessions().values().stream().noneMatch(s -> s.due()));
      compareWithTheDatabase(database);
      promises.compareWithTheUploadsInS3(s3Client);
      for (int i = 0; i < REPLICAS; i++) {
        promises.compareWithTheReplies(Objects.requireNonNull(stubs.get(i)), random);
      }
      promises.compareWithTheObjects(s3Client);
      List<String> orphans = Promises.orphans(s3Client, ledger(database));
      report(seed, orphans, Duration.ofNanos(System.nanoTime() - begun));
      assertThat(promises.lost).isEmpty();
      assertThat(promises.duplicates).isEmpty();
      assertThat(orphans).isEmpty();
      assertThat(promises.told).anyMatch(upload -> "COMPLETED".equals(upload.end()));
      ClosingLines.add(line(orphans));
    } finally {
      for (int i = 0; i < REPLICAS; i++) {
        stop(i);
      }
    }
  }

  private static List<Blow> plan(Random random) {
    int kills = Integer.getInteger("waybill.chaos.replicas.kills", 4);
    List<Blow> plan =
        new ArrayList<>(
            Collections.nCopies(
                Integer.getInteger("waybill.chaos.replicas.pg_restarts", 2),
                Blow.RESTART_POSTGRES));
    for (int i = 0; i < kills; i++) {
      boolean both = i + 1 < kills && i % 3 == 0;
      plan.add(both ? Blow.KILL_BOTH : Blow.KILL_ONE);
      i += both ? 1 : 0;
    }
    Collections.shuffle(plan, random);
    return plan;
  }

  private void strike(Blow blow, Random random, TestPostgres postgres, TestS3 s3, String database)
      throws Exception {
    switch (blow) {
      case KILL_ONE -> {
        int victim = random.nextInt(REPLICAS);
        kill(victim);
        start(victim, s3, database);
      }
      case KILL_BOTH -> {
        for (int i = 0; i < REPLICAS; i++) {
          kill(i);
        }
        for (int i = 0; i < REPLICAS; i++) {
          start(i, s3, database);
        }
      }
      case RESTART_POSTGRES -> {
        postgres.stopImmediately();
        postgres.startAgain();
        restarts++;
      }
    }
  }

  private void start(int replica, TestS3 s3, String database) throws Exception {
    Path home = Files.createDirectories(folder.resolve("replica-" + replica));
    ServerProcess process = ServerProcess.start(home, config(s3, database), s3);
    servers.set(replica, process);
    stubs.set(
        replica,
        UploadServiceGrpc.newBlockingStub(
            Grpc.newChannelBuilder(process.target(), InsecureChannelCredentials.create())
                .disableRetry() // a caller finds the other server sooner than gRPC does
                .build()));
  }

  private void kill(int replica) throws Exception {
    Objects.requireNonNull(servers.get(replica)).kill();
    kills++;
    stop(replica);
  }

  private void stop(int replica) throws Exception {
    UploadServiceBlockingStub stub = stubs.getAndSet(replica, null);
    if (stub != null && stub.getChannel() instanceof ManagedChannel channel) {
      channel.shutdownNow();
    }
    ServerProcess process = servers.set(replica, null);
    if (process != null) {
      process.close();
    }
  }

  /** Null where the one that chance names is down. */
  private @Nullable UploadServiceBlockingStub anyServer() {
    return stubs.get(ThreadLocalRandom.current().nextInt(REPLICAS));
  }

  private static KillNineLedger ledger(String database) throws SQLException {
    return KillNineLedger.read(database);
  }

  private void compareWithTheDatabase(String database) throws SQLException {
    Promises.Told soFar = promises.toldByNow();
    promises.compareWithTheLedger(soFar, ledger(database));
  }

  private void report(long seed, List<String> orphans, Duration took) throws Exception {
    String text =
        "replicas seed=%d seconds=%d%n%s%s"
            .formatted(seed, took.toSeconds(), promises.summary(), line(orphans));
    System.out.println(text);
    Files.writeString(Path.of("target", "replicas.txt"), text + System.lineSeparator());
  }

  private String line(List<String> orphans) {
    return "replicas kills=%d pg_restarts=%d acked_lost=%d duplicates=%d orphans=%d"
        .formatted(
            kills, restarts, promises.lost.size(), promises.duplicates.size(), orphans.size());
  }

  private String config(TestS3 s3, String database) throws IOException {
    Path key = folder.resolve("page-token.key");
    if (!Files.exists(key)) {
      Files.write(key, SecureRandom.getSeed(32), StandardOpenOption.CREATE_NEW);
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }
    return "database: {url: \"%s\"}\npage_token_key_file: %s\n".formatted(database, key)
        + KillNineIT.config(s3);
  }
}
