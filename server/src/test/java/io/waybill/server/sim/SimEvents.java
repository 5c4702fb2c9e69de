package io.waybill.server.sim;

import io.waybill.server.upload.Confirmation;
import io.waybill.server.upload.UploadId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** What S3 tells of created objects: never, twice, late, in any order; and what others make up. */
final class SimEvents {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final World world;
  private final SplittableRandom random;
  private final List<String> keys = new ArrayList<>();

  SimEvents(World world) {
    this.world = world;
    this.random = world.random;
  }

  /** S3 has an object. */
  void created(String key) {
    if (random.nextInt(4) == 0) {
      world.weather.count(Fault.EVENT_LOST);
      return;
    }
    keys.add(key);
    if (random.nextInt(3) == 0) {
      world.weather.count(Fault.EVENT_TWICE);
      keys.add(key);
    }
  }

  /** Some event comes to some server. */
  void deliver() {
    if (random.nextInt(3) == 0) {
      forge();
    } else if (!keys.isEmpty()) {
      hear(keys.remove(random.nextInt(keys.size())), true);
    }
  }

  private void forge() {
    List<Url> urls = world.urls.all();
    if (urls.isEmpty()) {
      return;
    }
    world.weather.count(Fault.EVENT_FORGED);
    String key = urls.get(random.nextInt(urls.size())).spec().key();
    String nobodys = "own/acme/" + UploadId.of(world.clock.instant(), random) + "/file.bin";
    hear(random.nextInt(4) == 0 ? nobodys : key, false);
  }

  private void hear(String key, boolean comesAgain) {
    SimServer server = world.anyServer();
    world.scheduler.spawn(Oracle.EVENT, server, () -> hear(server, key, comesAgain));
  }

  private void hear(SimServer server, String key, boolean comesAgain) {
    world.scheduler.trace("an event says " + key);
    CompletableFuture<Confirmation> confirmed =
        server.confirm.execute("bucket", key).toCompletableFuture();
    world.scheduler.waitFor(confirmed::isDone, PATIENCE);
    Confirmation said = confirmed.getNow(Confirmation.LATER);
    world.scheduler.trace("the event is " + said);
    world.oracle.confirmed(key, said);
    if (said == Confirmation.LATER && comesAgain) {
      keys.add(key);
    }
  }
}
