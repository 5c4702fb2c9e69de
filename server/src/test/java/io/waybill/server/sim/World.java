package io.waybill.server.sim;

import io.waybill.server.upload.ContentCheck;
import io.waybill.server.upload.ContentTypes;
import io.waybill.server.upload.Destination;
import io.waybill.server.upload.Destinations;
import io.waybill.server.upload.InMemoryUploadStore;
import io.waybill.server.upload.KeyTemplate;
import io.waybill.server.upload.PerTenant;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.TestFeatures;
import io.waybill.server.upload.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** All there is in one schedule. */
final class World {
  private static final int SERVERS = 2;

  /** The destinations whose content is looked at. */
  static final String REJECTING = "reject";

  static final String TAGGING = "tag";

  /** Two sessions in a destination, which have not three parts each. */
  static final Quota QUOTA = new Quota(2, 5 * S3Limits.MIN_PART_BYTES);

  /** The name of a file that is not what was declared. */
  static final String LIAR = "liar.exe";

  final SplittableRandom random;
  final SimClock clock = new SimClock();
  final Trace trace;
  final Weather weather;
  final Scheduler scheduler;
  final InMemoryUploadStore rows = new InMemoryUploadStore(clock);
  final SimS3 s3;
  final Oracle oracle;
  final Urls urls = new Urls();
  final Calls calls;
  final int pageSize;
  final Timing timing;
  final SimEvents events;
  final Destinations destinations;
  private final List<SimServer> servers = new ArrayList<>();
  private int lives;

  World(long seed, boolean traced, Carriers carriers) {
    random = new SplittableRandom(seed);
    trace = new Trace(traced);
    weather = new Weather(random);
    scheduler = new Scheduler(random, clock, weather, trace, carriers);
    s3 = new SimS3(clock, this, random);
    oracle = new Oracle(this);
    events = new SimEvents(this);
    destinations =
        new Destinations(
            List.of(
                destination("own", new KeyTemplate("own/", KeyTemplate.DEFAULT, false), false),
                destination(
                    "exact", new KeyTemplate("ex/", KeyTemplate.DEFAULT_EXACT, true), false),
                destination("over", new KeyTemplate("ov/", KeyTemplate.DEFAULT_EXACT, true), true),
                checked(REJECTING, new KeyTemplate("re/", KeyTemplate.DEFAULT_EXACT, true)),
                checked(TAGGING, new KeyTemplate("ta/", KeyTemplate.DEFAULT, false))));
    calls = new Calls(this);
    timing = timing(random);
    pageSize = random.nextBoolean() ? S3Limits.MAX_PARTS : 1 + random.nextInt(2);
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new SimServer(this, "s" + ++lives));
    }
  }

  /** Leases may be as short as they like: fences are what keeps two holders apart. */
  private static Timing timing(SplittableRandom random) {
    Timing usual = Timing.DEFAULT;
    boolean hasty = random.nextBoolean();
    return new Timing(
        hasty ? Duration.ofSeconds(1) : usual.createLease(),
        usual.createWait(),
        hasty ? Duration.ofSeconds(2) : usual.completeLease(),
        usual.completeGrace(),
        usual.putGrace(),
        usual.orphanAge(),
        usual.cleanRetry());
  }

  /** The one of the servers that a load balancer would pick. */
  SimServer anyServer() {
    return servers.get(random.nextInt(servers.size()));
  }

  /** Kills one of the servers; another takes its place at once. */
  void crash() {
    int index = random.nextInt(servers.size());
    SimServer victim = servers.get(index);
    victim.kill();
    scheduler.trace(victim.name() + " is killed");
    boolean busy = false;
    for (Actor actor : scheduler.actors()) {
      if (actor.server == victim) {
        weather.count(actor.at.crash);
        busy = true;
      }
    }
    if (!busy) {
      weather.count(Fault.CRASH_ELSEWHERE);
    }
    servers.set(index, new SimServer(this, "s" + ++lives));
  }

  private Destination checked(String name, KeyTemplate keys) {
    ContentCheck check = name.equals(TAGGING) ? ContentCheck.TAG : ContentCheck.REJECT;
    return destination(name, keys, false, check);
  }

  private Destination destination(String name, KeyTemplate keys, boolean overwrite) {
    return destination(name, keys, overwrite, ContentCheck.OFF);
  }

  private Destination destination(
      String name, KeyTemplate keys, boolean overwrite, ContentCheck check) {
    return new Destination(
        name,
        "bucket",
        keys,
        new ContentTypes(List.of("*/*")),
        S3Limits.MAX_OBJECT_BYTES,
        S3Limits.MIN_PART_BYTES,
        S3Limits.MIN_PART_BYTES,
        false,
        overwrite,
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(24),
        Duration.ofDays(6),
        check,
        TestFeatures.AWS,
        new PerTenant<>(QUOTA, Map.of()),
        random.nextBoolean());
  }
}
