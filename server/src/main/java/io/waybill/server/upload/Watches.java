package io.waybill.server.upload;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Who watches which upload on this server, and the one thread that tells them all. It asks the
 * store for the revisions of what is watched, a thousand in a query, and reads what has changed,
 * once, however many watch it. So a watcher costs memory, and no thread and no query of its own;
 * and it does not matter which server, sweeper or command has changed an upload.
 *
 * <p>A watcher whose client does not read is passed over, and shown the newest when it reads again:
 * nothing is kept for it but its place here.
 */
public final class Watches {
  private static final System.Logger LOG = System.getLogger(Watches.class.getName());

  /** So short a query delays nobody else's for long. */
  private static final int CHUNK = 1_000;

  /** How many looks are left out at the most while the store does not answer. */
  private static final int MOST_SKIPPED = 20;

  private final UploadStore store;
  private final Clock clock;
  private final RandomGenerator random;
  private final Duration longest;
  private final Set<Watch> open = ConcurrentHashMap.newKeySet();
  private int failures;
  private int skip;

  /**
   * @param clock what callers were known by is judged by; not the store's, if that is another
   */
  public Watches(UploadStore store, Clock clock, RandomGenerator random, WatchLimits limits) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.longest = limits.longest();
  }

  /** Tells how an upload stands as it was read, if that is new, and then what becomes of it. */
  void follow(Upload upload, long afterRevision, Caller caller, Watcher watcher) {
    Watch watch = new Watch(upload, caller, watcher, afterRevision, clock.instant().plus(lasts()));
    watch.show(upload);
    open.add(watch);
    var unused = watcher.gone().thenRun(() -> open.remove(watch)); // who is gone goes at once
  }

  private Duration lasts() {
    long millis = longest.toMillis();
    return Duration.ofMillis(millis - random.nextLong(millis / 4 + 1));
  }

  /** How many there are. */
  int size() {
    return open.size();
  }

  /** Looks once at everything that is watched. To be called at an interval, by one thread. */
  public void look() {
    try {
      endOverdue();
      if (skip > 0) {
        skip--;
        return;
      }
      Map<Long, List<Watch>> ready = ready();
      List<Long> numbers = List.copyOf(ready.keySet());
      for (int from = 0; from < numbers.size(); from += CHUNK) {
        look(numbers.subList(from, Math.min(from + CHUNK, numbers.size())), ready);
      }
      answered();
    } catch (RuntimeException | Error e) { // whatever it is, the next look may be better
      failed(e);
    }
  }

  /** For which the store is not needed: who may not watch any longer ends though it is away. */
  private void endOverdue() {
    Instant now = clock.instant();
    for (Watch watch : open) {
      watch.overdue(now).ifPresent(watch::fail);
    }
  }

  /** By upload. */
  private Map<Long, List<Watch>> ready() {
    Map<Long, List<Watch>> ready = new HashMap<>();
    for (Watch watch : open) {
      if (watch.isReady()) {
        ready.computeIfAbsent(watch.number(), first -> new ArrayList<>(1)).add(watch);
      }
    }
    return ready;
  }

  private void look(List<Long> numbers, Map<Long, List<Watch>> ready) {
    Map<Long, Long> revisions = store.revisions(numbers);
    List<Long> changed = new ArrayList<>();
    for (Long number : numbers) {
      Long revision = revisions.get(number);
      if (revision == null) {
        of(number, ready).forEach(Watch::lose);
      } else if (of(number, ready).stream().anyMatch(watch -> watch.isBehind(revision))) {
        changed.add(number);
      }
    }
    if (!changed.isEmpty()) {
      store.findAll(changed).forEach(upload -> show(upload, of(upload.number(), ready)));
    }
  }

  private static List<Watch> of(Long number, Map<Long, List<Watch>> ready) {
    return ready.getOrDefault(number, List.of());
  }

  private static void show(Upload upload, List<Watch> watches) {
    for (Watch watch : watches) {
      try {
        watch.show(upload);
      } catch (RuntimeException | Error e) { // one that cannot be told must not silence the others
        watch.fail(e);
      }
    }
  }

  private void answered() {
    if (failures > 0) {
      LOG.log(Level.INFO, "watching goes on, after {0} looks that failed", failures);
    }
    failures = 0;
  }

  /** Nobody is told anything: how an upload stands is not known. Says so once, and asks less. */
  private void failed(Throwable why) {
    if (failures == 0) {
      LOG.log(Level.WARNING, "watchers are told nothing until the database answers", why);
    }
    failures++;
    skip = Math.min((1 << Math.min(failures, 10)) - 2, MOST_SKIPPED);
  }
}
