package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static io.waybill.server.upload.Domain.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What watchers are told, on a clock and by looks that the test makes. */
public class WatchUploadTest {
  private static final Duration LONGEST = Duration.ofMinutes(12);
  private static final WatchLimits LIMITS =
      new WatchLimits(Duration.ofMillis(500), 2_000, 1_500, LONGEST);

  private final Domain domain = new Domain();
  private final Map<String, Integer> queries = new HashMap<>();
  private final Watches watches =
      new Watches(counting(domain.store), domain.clock, new Random(1), LIMITS);
  private final WatchUpload watch = new WatchUpload(domain.sessions, watches, LIMITS);

  @Test
  void tellsHowItStandsThenEveryChangeThenTheEnd() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    assertThat(watcher.told).containsExactly(domain.now(upload));

    watches.look();
    assertThat(watcher.told).hasSize(1);
    domain.report(upload, 1, "e1");
    watches.look();
    assertThat(watcher.told).hasSize(2);
    assertThat(watcher.last()).isEqualTo(domain.now(upload));
    assertThat(watcher.last().uploadedParts()).isEqualTo(1);

    domain.abort.execute(ACME, upload.id());
    watches.look();
    assertThat(watcher.last().state()).isEqualTo(UploadState.ABORTED);
    assertThat(watcher.ended).isTrue();
    assertThat(watches.size()).isZero();
    assertThat(watch.watching()).isZero();
  }

  @Test
  void changesBetweenTwoLooksComeAsOne() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    domain.report(upload, 1, "e1");
    domain.report(upload, 2, "e2");
    watches.look();

    assertThat(watcher.told).hasSize(2);
    assertThat(watcher.last().uploadedParts()).isEqualTo(2);
  }

  @Test
  void whoKnowsItAllIsToldOfTheNextChangeOnly() {
    Upload upload = start();
    domain.report(upload, 1, "e1");
    long known = domain.now(upload).revision();
    RecordingWatcher upToDate = watching(upload, known);
    RecordingWatcher behind = watching(upload, known - 1);
    assertThat(upToDate.told).isEmpty();
    assertThat(behind.told).containsExactly(domain.now(upload));

    watches.look();
    assertThat(upToDate.told).isEmpty();
    domain.report(upload, 2, "e2");
    watches.look();
    assertThat(upToDate.told).containsExactly(domain.now(upload));
    assertThat(behind.told).hasSize(2);
  }

  /** It was told by a replica that sees further than this one. */
  @Test
  void nothingOlderIsToldThanWhatIsKnown() {
    Upload upload = start();
    long ahead = domain.now(upload).revision() + 2;
    RecordingWatcher watcher = watching(upload, ahead);
    for (int n = 1; n <= 2; n++) {
      domain.report(upload, n, "e");
      watches.look();
    }
    assertThat(watcher.told).isEmpty();
    domain.report(upload, 3, "e");
    watches.look();
    assertThat(watcher.told).containsExactly(domain.now(upload));
  }

  @Test
  void aTerminalStateIsToldToWhoeverAsks() {
    Upload upload = start();
    domain.abort.execute(ACME, upload.id());
    long revision = domain.now(upload).revision();
    for (long known : new long[] {0, revision - 1, revision, revision + 1, Long.MAX_VALUE}) {
      RecordingWatcher watcher = watching(upload, known);
      assertThat(watcher.told).containsExactly(domain.now(upload));
      assertThat(watcher.ended).isTrue();
    }
    assertThat(watches.size()).isZero();
    assertThat(watch.watching()).isZero();
  }

  @Test
  void aTerminalStateIsToldEvenToWhoClaimsToKnowMore() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, Long.MAX_VALUE);
    domain.abort.execute(ACME, upload.id());
    watches.look();
    assertThat(watcher.told).containsExactly(domain.now(upload));
    assertThat(watcher.ended).isTrue();
  }

  @Test
  void whoDoesNotReadIsToldTheNewestWhenItDoes() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    watcher.reads = false;
    for (int n = 1; n <= 3; n++) {
      domain.report(upload, n, "e");
      watches.look();
    }
    assertThat(watcher.told).hasSize(1);
    watcher.reads = true;
    watches.look();
    assertThat(watcher.told).hasSize(2);
    assertThat(watcher.last()).isEqualTo(domain.now(upload));
  }

  @Test
  void aThousandWatchersOfAnUploadCostOneRead() {
    Upload upload = start();
    List<RecordingWatcher> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(watching(upload, 0));
    }
    watches.look();
    assertThat(queries).isEqualTo(Map.of("revisions", 1));
    domain.report(upload, 1, "e");
    watches.look();
    assertThat(queries).isEqualTo(Map.of("revisions", 2, "findAll", 1));
    assertThat(all).allSatisfy(watcher -> assertThat(watcher.last().uploadedParts()).isEqualTo(1));
  }

  @Test
  void aThousandUploadsAreOneQuery() {
    for (int i = 0; i < 1_001; i++) {
      domain.clock.advance(Duration.ofMillis(1));
      watching(start(), 0);
    }
    watches.look();
    assertThat(queries).isEqualTo(Map.of("revisions", 2));
  }

  @Test
  void nobodyAsksWhereNobodyWatches() {
    watches.look();
    RecordingWatcher watcher = watching(start(), 0);
    watcher.hangUp();
    watches.look();
    assertThat(queries).isEmpty();
  }

  @Test
  void whoHangsUpIsForgottenAtOnce() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    RecordingWatcher other = watching(upload, 0);
    assertThat(watches.size()).isEqualTo(2);
    watcher.hangUp();
    assertThat(watches.size()).isEqualTo(1);
    assertThat(watch.watching()).isEqualTo(1);
    other.hangUp();
    other.hangUp();
    assertThat(watch.watching()).isZero();
  }

  @Test
  void whoHangsUpBeforeItBeginsLeavesNothing() {
    RecordingWatcher watcher = new RecordingWatcher();
    watcher.hangUp();
    watch.execute(ACME, start().id(), 0, watcher);
    assertThat(watcher.told).isEmpty();
    assertThat(watches.size()).isZero();
    assertThat(watch.watching()).isZero();
  }

  @Test
  void anothersUploadIsUnknown() {
    Upload upload = start();
    RecordingWatcher watcher = new RecordingWatcher();
    UploadException refusal =
        catchThrowableOfType(
            UploadException.class, () -> watch.execute(OTHER, upload.id(), 0, watcher));
    assertThat(refusal.reason()).isEqualTo(Reason.UPLOAD_NOT_FOUND);
    watcher.fail(refusal); // as its adapter does
    assertThat(watch.watching()).isZero();
  }

  @Test
  void aTenantHasSoManyPlacesAndAServerSoMany() {
    Upload upload = start();
    WatchLimits few = new WatchLimits(Duration.ofMillis(500), 3, 2, LONGEST);
    WatchUpload limited = new WatchUpload(domain.sessions, watches, few);
    RecordingWatcher first = new RecordingWatcher();
    limited.execute(ACME, upload.id(), 0, first);
    limited.execute(ACME, upload.id(), 0, new RecordingWatcher());
    assertOverloaded(limited, ACME, upload);

    domain.store.breakWith(new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of()));
    RecordingWatcher third = new RecordingWatcher();
    assertThatThrownBy(() -> limited.execute(OTHER, upload.id(), 0, third)).hasMessage("away");
    domain.store.breakWith(null);
    assertThat(limited.watching()).isEqualTo(3);
    assertOverloaded(limited, OTHER, upload);

    third.hangUp();
    first.hangUp();
    limited.execute(ACME, upload.id(), 0, new RecordingWatcher());
    assertThat(limited.watching()).isEqualTo(2);
  }

  private static void assertOverloaded(WatchUpload limited, Caller caller, Upload upload) {
    UploadException refusal =
        catchThrowableOfType(
            UploadException.class,
            () -> limited.execute(caller, upload.id(), 0, new RecordingWatcher()));
    assertThat(refusal.reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(refusal.metadata()).containsEntry("queue", "watches");
    assertThat(refusal.retryAfter()).isPresent();
  }

  @Test
  void aSessionThatIsGoneIsNotFound() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    assertThat(domain.store.forget(domain.now(upload))).isTrue();
    watches.look();
    assertThat(watcher.failure().reason()).isEqualTo(Reason.UPLOAD_NOT_FOUND);
    assertThat(watcher.failure().metadata()).containsEntry("upload_id", upload.id().toString());
    assertThat(watch.watching()).isZero();
  }

  /** A database that lost the end of its log in a failover gives those numbers again. */
  @Test
  void anotherUploadWithItsNumberIsNotShown() {
    Upload upload = start();
    RecordingWatcher watcher = new RecordingWatcher();
    Watch one = new Watch(upload, ACME, watcher, 0, domain.clock.instant().plus(LONGEST));
    one.show(upload);

    domain.clock.advance(Duration.ofMillis(1));
    Upload other = start();
    one.show(
        new Upload(
            upload.number(),
            other.spec(),
            other.progress(),
            other.expireTime(),
            other.urlEnd(),
            0,
            0,
            other.updateTime(),
            upload.revision() + 1));
    assertThat(watcher.told).containsExactly(upload);
    assertThat(watcher.failure().reason()).isEqualTo(Reason.UPLOAD_NOT_FOUND);
    assertThat(watcher.failure().metadata()).containsEntry("upload_id", upload.id().toString());
  }

  @Test
  void whileTheDatabaseIsAwayNothingIsToldAndLessIsAsked() {
    Upload upload = start();
    RecordingWatcher watcher = watching(upload, 0);
    domain.report(upload, 1, "e");
    domain.store.breakWith(new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of()));
    for (int i = 0; i < 120; i++) { // a minute
      watches.look();
    }
    assertThat(queries.get("revisions")).isBetween(5, 12);
    assertThat(watcher.told).hasSize(1);
    assertThat(watcher.failure).isNull();

    domain.store.breakWith(null);
    for (int i = 0; i < 21; i++) {
      watches.look();
    }
    assertThat(watcher.told).hasSize(2);
    assertThat(watcher.last()).isEqualTo(domain.now(upload));
    domain.report(upload, 2, "e");
    watches.look();
    assertThat(watcher.told).hasSize(3);
  }

  @Test
  void endsWithWhatItsCallerIsKnownBy() {
    Instant end = domain.clock.instant().plusSeconds(60);
    RecordingWatcher watcher = new RecordingWatcher();
    Caller caller = new Caller("acme", "test", Set.of(Role.READER), end);
    watch.execute(caller, start().id(), 0, watcher);
    domain.clock.advance(Duration.ofSeconds(60).minusMillis(1));
    watches.look();
    assertThat(watcher.failure).isNull();
    domain.clock.advance(Duration.ofMillis(1));
    watches.look();
    assertThat(watcher.failure().reason()).isEqualTo(Reason.UNAUTHENTICATED);
    assertThat(watcher.failure().metadata()).containsEntry("problem", "expired");
    assertThat(watch.watching()).isZero();
  }

  @Test
  void endsWithWhatItsCallerIsKnownByThoughTheDatabaseIsAway() {
    Instant end = domain.clock.instant().plusSeconds(60);
    RecordingWatcher watcher = new RecordingWatcher();
    watch.execute(new Caller("acme", "test", Set.of(Role.READER), end), start().id(), 0, watcher);
    domain.store.breakWith(new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of()));
    for (int i = 0; i < 40; i++) {
      watches.look();
    }
    assertThat(watcher.failure).isNull();

    domain.clock.advance(Duration.ofSeconds(60));
    watches.look();
    assertThat(watcher.failure().reason()).isEqualTo(Reason.UNAUTHENTICATED);
  }

  @Test
  void endsAfterAWhileAndNotAllAtOnce() {
    Upload upload = start();
    List<RecordingWatcher> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(watching(upload, 0));
    }
    domain.clock.advance(LONGEST.multipliedBy(3).dividedBy(4).minusMillis(1));
    watches.look();
    assertThat(watches.size()).isEqualTo(100);
    domain.clock.advance(LONGEST.dividedBy(8));
    watches.look();
    assertThat(watches.size()).isBetween(25, 75);
    domain.clock.advance(LONGEST.dividedBy(8).plusMillis(1));
    watches.look();
    assertThat(watches.size()).isZero();
    assertThat(all)
        .allSatisfy(
            watcher -> {
              assertThat(watcher.failure().reason()).isEqualTo(Reason.WATCH_ENDED);
              assertThat(watcher.failure().retryAfter()).isPresent();
            });
  }

  @Test
  void oneThatCannotBeToldDoesNotSilenceTheOthers() {
    Upload upload = start();
    List<RecordingWatcher> others = new ArrayList<>();
    others.add(watching(upload, 0));
    RecordingWatcher bad = new RecordingWatcher();
    watch.execute(ACME, upload.id(), 0, failingToTell(bad));
    others.add(watching(upload, 0));
    domain.report(upload, 1, "e");
    watches.look();
    assertThat(others).allSatisfy(watcher -> assertThat(watcher.told).hasSize(2));
    assertThat(bad.failure).isInstanceOf(IllegalStateException.class);
    assertThat(watches.size()).isEqualTo(2);
  }

  /** The first time it is told something it takes it. */
  private static Watcher failingToTell(RecordingWatcher watcher) {
    return (Watcher)
        Proxy.newProxyInstance(
            Watcher.class.getClassLoader(),
            new Class<?>[] {Watcher.class},
            (proxy, method, args) -> {
              if (method.getName().equals("tell") && !watcher.told.isEmpty()) {
                throw new IllegalStateException("this stream is broken");
              }
              return method.invoke(watcher, args);
            });
  }

  /** The model is what the store had at each revision. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whateverHappensWatchersSeeTheModelGrowToItsEnd(long seed) {
    Random random = new Random(seed);
    List<Upload> uploads = new ArrayList<>();
    Map<UploadId, Map<Long, Upload>> model = new HashMap<>();
    for (int i = 0; i < 3; i++) {
      domain.clock.advance(Duration.ofMillis(1));
      Upload upload = start();
      uploads.add(upload);
      model.put(upload.id(), new HashMap<>(Map.of(upload.revision(), upload)));
    }
    List<Resuming> watchers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      watchers.add(new Resuming(uploads.get(random.nextInt(3))));
    }
    for (int step = 0; step < 300; step++) {
      Upload upload = uploads.get(random.nextInt(3));
      boolean open = domain.now(upload).state() == UploadState.ACTIVE;
      int dice = random.nextInt(100);
      if (open && dice < 50) {
        domain.report(upload, 1 + random.nextInt(3), "e" + step);
      } else if (open && dice < 52) {
        domain.abort.execute(ACME, upload.id());
      } else if (dice < 60) {
        watchers.get(random.nextInt(12)).moveOn();
      } else if (dice < 65) {
        Resuming slow = watchers.get(random.nextInt(12));
        slow.watcher.reads = !slow.watcher.reads;
      } else {
        watches.look();
      }
      Upload now = domain.now(upload);
      model.getOrDefault(upload.id(), Map.of()).put(now.revision(), now);
    }
    uploads.forEach(upload -> domain.abort.execute(ACME, upload.id()));
    uploads.forEach(
        upload -> {
          Upload now = domain.now(upload);
          model.getOrDefault(upload.id(), Map.of()).put(now.revision(), now);
        });
    watchers.forEach(each -> each.watcher.reads = true);
    watches.look();

    for (Resuming each : watchers) {
      assertThat(each.watcher.ended).isTrue();
      List<Upload> told = each.all();
      assertThat(told.get(told.size() - 1).state()).isEqualTo(UploadState.ABORTED);
      for (int i = 0; i < told.size(); i++) {
        assertThat(told.get(i))
            .isEqualTo(model.getOrDefault(each.upload.id(), Map.of()).get(told.get(i).revision()));
        // A terminal state may be told again to who lost the end of the stream.
        if (i > 0 && !told.get(i - 1).state().isTerminal()) {
          assertThat(told.get(i).revision()).isGreaterThan(told.get(i - 1).revision());
        }
      }
    }
    assertThat(watches.size()).isZero();
    assertThat(watch.watching()).isZero();
  }

  /** A client that loses its stream now and then, and takes it up again. */
  private final class Resuming {
    final Upload upload;
    final List<Upload> before = new ArrayList<>();
    RecordingWatcher watcher;

    Resuming(Upload upload) {
      this.upload = upload;
      this.watcher = watching(upload, 0);
    }

    void moveOn() {
      watcher.hangUp();
      before.addAll(watcher.told);
      watcher = watching(upload, before.isEmpty() ? 0 : before.get(before.size() - 1).revision());
    }

    List<Upload> all() {
      List<Upload> all = new ArrayList<>(before);
      all.addAll(watcher.told);
      return all;
    }
  }

  private Upload start() {
    return domain.start(3 * 8 * MIB, UploadMode.MULTIPART);
  }

  private RecordingWatcher watching(Upload upload, long afterRevision) {
    RecordingWatcher watcher = new RecordingWatcher();
    watch.execute(ACME, upload.id(), afterRevision, watcher);
    return watcher;
  }

  /** Counts the queries by their names. */
  private UploadStore counting(UploadStore store) {
    return (UploadStore)
        Proxy.newProxyInstance(
            UploadStore.class.getClassLoader(),
            new Class<?>[] {UploadStore.class},
            (proxy, method, args) -> {
              queries.merge(method.getName(), 1, Integer::sum);
              try {
                return method.invoke(store, args);
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }
}
