package io.waybill.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.dev.EmbeddedS3;
import io.waybill.server.s3.S3Connection;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.sql.JdbiUploadStore;
import io.waybill.server.upload.Caller;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.ObjectStore;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.StartUpload;
import io.waybill.server.upload.SweepOrphans;
import io.waybill.server.upload.Swept;
import io.waybill.server.upload.TestFeatures;
import io.waybill.server.upload.Timing;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadPlanner;
import io.waybill.server.upload.UploadSpec;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real S3, real database, and a sweeper whose clock is a week ahead of both. */
class SweepOrphansIT {
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path folder;

  @Test
  void namesExactlyTheOrphansAndLeavesTheRestAlone() throws Exception {
    try (EmbeddedS3 s3 =
            EmbeddedS3.start(
                folder.resolve("s3"), 0, "key", "secret", List.of("bucket"), (key, part) -> {});
        S3Storage storage = S3Storage.open(List.of(connection(s3)), "key", "secret", CLOCK);
        JdbiUploadStore store =
            JdbiUploadStore.open(folder.resolve("waybill.db"), CLOCK, Runnable::run)) {
      ObjectStore objects = storage.objectStore();
      Destinations destinations = new Destinations(List.of(destination(s3)));
      destinations.learn("main", TestFeatures.ALL);
      UploadSpec live = plan(destinations, "live");
      Progress creating = Progress.creating(CLOCK.instant());
      store.create(
          live,
          creating.activated(objects.createMultipartUpload(live)),
          live.expireTimeFrom(CLOCK.instant()),
          Quota.UNLIMITED);
      UploadSpec orphan = plan(destinations, "orphan");
      objects.createMultipartUpload(orphan);
      UploadSpec foreign = withKey(orphan, "backup/2026.tar");
      objects.createMultipartUpload(foreign);

      assertThat(sweeper(destinations, store, objects, Duration.ZERO).plan()).isEmpty();
      SweepOrphans sweeper = sweeper(destinations, store, objects, Duration.ofDays(8));
      assertThat(sweeper.plan()).containsExactly(swept(orphan, Swept.Outcome.WOULD));
      assertThat(keys(objects)).hasSize(3);

      assertThat(sweeper.execute()).containsExactly(swept(orphan, Swept.Outcome.DONE));
      assertThat(keys(objects)).containsExactlyInAnyOrder(live.key(), foreign.key());
      assertThat(sweeper.execute()).isEmpty();
    }
  }

  private static Swept swept(UploadSpec orphan, Swept.Outcome outcome) {
    return new Swept(Swept.Action.ABORT_ORPHAN, orphan.id(), "main", orphan.key(), outcome);
  }

  private static List<String> keys(ObjectStore objects) {
    return objects.listMultipartUploads("main", "bucket", "").stream()
        .map(listed -> listed.keys().get(0))
        .toList();
  }

  private static SweepOrphans sweeper(
      Destinations destinations, JdbiUploadStore store, ObjectStore objects, Duration ahead) {
    return new SweepOrphans(
        destinations, store, objects, Clock.offset(CLOCK, ahead), Timing.DEFAULT);
  }

  private static S3Connection connection(EmbeddedS3 s3) {
    return new S3Connection("main", "us-east-1", s3.endpoint(), null, true);
  }

  private static Destination destination(EmbeddedS3 s3) {
    String yaml =
        "destinations: [{name: main, bucket: bucket, region: us-east-1, endpoint: '%s'}]"
            .formatted(s3.endpoint());
    return ServerConfig.parse(yaml, Map.of()).destinations().get(0).policy();
  }

  private static UploadSpec plan(Destinations destinations, String name) {
    return new UploadPlanner(destinations, CLOCK, new Random())
        .plan(
            new Caller("acme", "test"),
            new StartUpload.Request(
                name,
                "main",
                "",
                name,
                "",
                OptionalLong.of(20_000_000),
                0,
                UploadMode.MULTIPART,
                null,
                Map.of(),
                null,
                0,
                false,
                List.of()));
  }

  private static UploadSpec withKey(UploadSpec spec, String key) {
    return new UploadSpec(
        spec.id(),
        spec.tenant(),
        spec.requestId(),
        spec.requestDigest(),
        spec.destination(),
        spec.bucket(),
        key,
        spec.filename(),
        spec.contentType(),
        spec.mode(),
        spec.plan(),
        spec.algorithm(),
        spec.metadata(),
        spec.overwrite(),
        spec.sessionTtl(),
        spec.createTime(),
        spec.maxExpireTime());
  }
}
