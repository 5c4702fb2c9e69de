package io.waybill.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import io.waybill.client.WaybillClient;
import io.waybill.server.sql.TestPostgres;
import io.waybill.v1.ReportPartRequest;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.Upload;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watchers whose connections break and whose servers are killed and replaced. */
class WatchIT {
  private static final int WATCHERS = 6;
  private static final int PARTS = 200;
  private static final int STEPS = 120;
  private static final long SEED = 11;

  /** So that reports do not extend the session, and each is one revision. */
  private static final String LONG_SESSIONS = "    session_max_age: 2d\n";

  private static final String QUICK_LOOKS = "limits: {watch_interval: 50ms, shutdown_grace: 5s}\n";

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  /** What the upload was at each revision, by whoever changed it. */
  private final TreeMap<Long, Upload> model = new TreeMap<>();

  private int started;

  private record Replica(ServerProcess server, WaybillClient client) {
    void stop(boolean killed) throws InterruptedException {
      client.close();
      if (killed) {
        server.kill();
      }
      server.close();
    }
  }

  private record Watcher(List<Upload> told, Future<Upload> end) {}

  /** One after the other, as an embedded database has them. */
  @Test
  void whoMovesToTheServerThatReplacesItsOwnHasMissedNothing() throws Exception {
    run(1, "database: {url: 'jdbc:sqlite:" + folder.resolve("waybill.db") + "'}\n");
  }

  @Test
  void whoMovesToTheOtherReplicaHasMissedNothing() throws Exception {
    try (TestPostgres postgres = TestPostgres.start(folder.resolve("postgres"))) {
      Path key = Files.write(folder.resolve("page-token.key"), new byte[32]);
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      run(
          2,
          "database: {url: '%s'}\npage_token_key_file: %s\n"
              .formatted(postgres.newDatabase(), key));
    }
  }

  private void run(int count, String database) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<Replica> replicas = new ArrayList<>();
    try (TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
      for (int i = 0; i < count; i++) {
        replicas.add(start(s3, database));
      }
      try (Relay relay = new Relay(replicas.get(0).server.target())) {
        Upload upload = startUpload(replicas.get(0).client);
        List<Watcher> watchers = new ArrayList<>();
        for (int i = 0; i < WATCHERS; i++) {
          watchers.add(watch(relay, upload.getUploadId(), threads));
        }
        for (int step = 1; step <= STEPS; step++) {
          WaybillClient writer = replicas.get(random.nextInt(count)).client;
          report(writer, upload.getUploadId(), 1 + random.nextInt(PARTS));
          if (step % 10 == 0) {
            awaitToldOf(model.lastKey(), watchers); // or a quick writer is done before they look
          }
          if (step % 40 == 0) {
            int victim = random.nextInt(count);
            replicas.get(victim).stop(random.nextBoolean());
            replicas.set(victim, start(s3, database));
          }
          if (step % 10 == 0) {
            relay.pointAt(replicas.get(random.nextInt(count)).server.target());
            relay.cut();
          }
        }
        WaybillClient writer = replicas.get(0).client;
        remember(writer.abort(upload.getUploadId()).getUploadId(), writer);
        for (Watcher watcher : watchers) {
          assertThat(shape(watcher.end.get(60, TimeUnit.SECONDS)))
              .isEqualTo(shape(model.lastEntry().getValue()));
          assertSawTheModelGrow(watcher.told);
        }
      }
    } finally {
      for (Replica replica : replicas) {
        replica.stop(false);
      }
      threads.shutdownNow();
    }
  }

  private static void awaitToldOf(long revision, List<Watcher> watchers) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                watchers.stream()
                    .allMatch(
                        watcher ->
                            watcher.told.stream().anyMatch(u -> u.getRevision() >= revision)));
  }

  private void assertSawTheModelGrow(List<Upload> told) {
    long before = 0;
    for (Upload upload : told.subList(0, told.size() - 1)) {
      assertThat(upload.getRevision()).isGreaterThan(before);
      assertThat(upload).isEqualTo(model.get(upload.getRevision()));
      before = upload.getRevision();
    }
    Upload last = told.get(told.size() - 1);
    assertThat(last.getRevision()).isGreaterThan(before);
    assertThat(last.getState()).isEqualTo(UploadState.UPLOAD_STATE_ABORTED);
    assertThat(told).as("of %d revisions", model.size()).hasSizeGreaterThan(10);
  }

  /** Of a terminal state: to clean S3 of it is one more change, which changes nothing here. */
  private static Upload shape(Upload upload) {
    return upload.toBuilder().clearRevision().clearUpdateTime().build();
  }

  private Replica start(TestS3 s3, String database) throws IOException {
    Path own = Files.createDirectories(folder.resolve("server-" + ++started));
    ServerProcess server =
        ServerProcess.start(own, QUICK_LOOKS + database + s3.config() + LONG_SESSIONS, s3);
    return new Replica(server, client(server.target()));
  }

  private static WaybillClient client(String target) throws IOException {
    return WaybillClient.builder(target).plaintext().build();
  }

  private Upload startUpload(WaybillClient writer) {
    Upload upload =
        writer
            .startUpload(
                StartUploadRequest.newBuilder()
                    .setRequestId(UUID.randomUUID().toString())
                    .setFilename("film.mp4")
                    .setMode(UploadMode.UPLOAD_MODE_MULTIPART)
                    .setPartSizeBytes(5 << 20)
                    .setSizeBytes(PARTS * (5L << 20))
                    .setContentType("application/x-film")
                    .setSessionTtl(Durations.fromDays(2))
                    .build())
            .getUpload();
    return remember(upload.getUploadId(), writer);
  }

  private void report(WaybillClient writer, String id, int part) {
    writer.reportPart(
        ReportPartRequest.newBuilder()
            .setUploadId(id)
            .setPartNumber(part)
            .setEtag("e" + random.nextInt())
            .build());
    remember(id, writer);
  }

  private Upload remember(String id, WaybillClient writer) {
    Upload upload = writer.getUpload(id).toBuilder().clearMissingRanges().build();
    model.put(upload.getRevision(), upload);
    return upload;
  }

  private static Watcher watch(Relay relay, String id, ExecutorService threads) {
    List<Upload> told = new CopyOnWriteArrayList<>();
    Future<Upload> end =
        threads.submit(
            () -> {
              try (WaybillClient client = client(relay.address())) {
                return client.watchUpload(id, told::add);
              }
            });
    return new Watcher(told, end);
  }
}
