package io.waybill.server.sim;

import io.waybill.server.upload.UploadId;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** What happens between any two steps without anybody's asking. */
final class Environment {
  /** After so many steps nothing goes wrong by itself any more. */
  private static final int STORM_STEPS = 1_500;

  private static final Duration[] JUMPS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(20),
    Duration.ofSeconds(70),
    Duration.ofMinutes(13),
    Duration.ofHours(1),
    Duration.ofHours(25)
  };

  private final World world;
  private final SplittableRandom random;
  private final int crashes;
  private final int jumps;

  Environment(World world) {
    this.world = world;
    this.random = world.random;
    this.crashes = 40 + random.nextInt(400);
    this.jumps = 20 + random.nextInt(200);
  }

  /** Between two steps. */
  void step() {
    world.s3.catchUp();
    world.oracle.checkAlways();
    if (world.scheduler.steps() > STORM_STEPS) {
      world.weather.calm();
    }
    if (world.weather.isCalm()) {
      return;
    }
    if (random.nextInt(crashes) == 0) {
      world.crash();
    }
    if (random.nextInt(jumps) == 0) {
      world.scheduler.jump(JUMPS[random.nextInt(JUMPS.length)]);
      sweep();
    }
    if (random.nextInt(25) == 0) {
      happen();
    }
  }

  private void happen() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> sweep();
      case 3 -> world.s3.hasten(random);
      case 4, 5 -> oldUrl();
      case 6 -> stranger();
      case 7, 8 -> world.events.deliver();
      default -> lifecycle();
    }
  }

  private void sweep() {
    if (world.calls.isUnderWay("complete ")) {
      world.weather.count(Fault.SWEEP_MEETS_COMPLETE);
    }
    world.anyServer().sweepInBackground();
  }

  private void oldUrl() {
    List<Url> urls = world.urls.all();
    if (urls.isEmpty()) {
      return;
    }
    Url url = urls.get(random.nextInt(urls.size()));
    if (random.nextBoolean()) {
      world.calls.putNow(url);
    } else if (!url.end().isBefore(world.clock.instant())) {
      world.weather.count(Fault.PUT_UNDER_WAY);
      world.calls.land(url);
    }
  }

  private void stranger() {
    List<Url> urls = world.urls.all();
    if (random.nextInt(3) > 0 || urls.isEmpty()) {
      boolean neighbour = random.nextBoolean();
      world.weather.count(neighbour ? Fault.NEIGHBOUR_UPLOAD : Fault.FOREIGN_UPLOAD);
      String name = neighbour ? UploadId.of(world.clock.instant(), random).toString() : "backup";
      world.s3.create("own/acme/" + name + "/file.bin", null);
      return;
    }
    String key = urls.get(random.nextInt(urls.size())).spec().key();
    if (!world.s3.objects().containsKey(key)) {
      world.weather.count(Fault.STRANGER_TAKES_KEY);
      world.s3.putStranger(key);
    }
  }

  private void lifecycle() {
    List<String> uploads = List.copyOf(world.s3.uploads().keySet());
    if (random.nextInt(3) == 0 && !uploads.isEmpty()) {
      String dropped = uploads.get(random.nextInt(uploads.size()));
      if (!world.s3.isStrangers(dropped)) {
        world.weather.count(Fault.LIFECYCLE);
        world.s3.uploads().remove(dropped);
        world.scheduler.trace("the lifecycle rule drops " + dropped);
      }
    }
  }
}
