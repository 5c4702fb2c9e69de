package io.waybill.server.sql;

import static io.waybill.server.sql.TestUploads.END;
import static io.waybill.server.sql.TestUploads.T0;
import static io.waybill.server.sql.TestUploads.TENANT;
import static io.waybill.server.sql.TestUploads.active;
import static io.waybill.server.sql.TestUploads.await;
import static io.waybill.server.sql.TestUploads.completed;
import static io.waybill.server.sql.TestUploads.completing;
import static io.waybill.server.sql.TestUploads.creating;
import static io.waybill.server.sql.TestUploads.part;
import static io.waybill.server.sql.TestUploads.refusal;
import static io.waybill.server.sql.TestUploads.reread;
import static io.waybill.server.sql.TestUploads.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.waybill.server.upload.Checksum;
import io.waybill.server.upload.ChecksumAlgorithm;
import io.waybill.server.upload.Part;
import io.waybill.server.upload.PartPlan;
import io.waybill.server.upload.Progress;
import io.waybill.server.upload.Quota;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.S3Limits;
import io.waybill.server.upload.StoredObject;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadException;
import io.waybill.server.upload.UploadId;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadSpec;
import io.waybill.server.upload.UploadState;
import io.waybill.server.upload.UploadStore;
import io.waybill.server.upload.UploadStore.Created;
import io.waybill.server.upload.UploadStore.LedgerChange;
import io.waybill.server.upload.UploadStore.Query;
import io.waybill.server.upload.Usage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link UploadStore} does. A new method enters here first. */
public abstract class UploadStoreContract {
  private static final String STRANGER = "stranger";
  private static final String DESTINATION = "bucket-of-the-day";

  private static final List<UploadState> STATES = List.of(UploadState.values());

  /** Of the sessions of these tests. */
  private static final long SIZE = S3Limits.MAX_OBJECT_BYTES;

  private final AtomicReference<Instant> time = new AtomicReference<>(T0);
  private UploadStore store;

  /** An empty store, which the subclass closes after the test. */
  protected abstract UploadStore newStore(Clock clock) throws Exception;

  @BeforeEach
  void open() throws Exception {
    InstantSource source = time::get;
    store = newStore(source.withZone(ZoneOffset.UTC));
  }

  // create and find

  @Test
  void createsASessionOnceForARequestId() {
    Created first = store.create(spec(TENANT, "r1"), creating(), END, Quota.UNLIMITED);
    Created again = store.create(spec(TENANT, "r1"), active(), END.plusSeconds(1), Quota.UNLIMITED);

    assertThat(first.isNew()).isTrue();
    assertThat(again).isEqualTo(new Created(first.upload(), false));
    assertThat(store.find(TENANT, first.upload().id())).contains(first.upload());
  }

  @Test
  void aNewSessionIsEmpty() {
    Upload upload = create("r1", creating());

    assertThat(upload.urlEnd()).isEqualTo(T0);
    assertThat(upload.expireTime()).isEqualTo(END);
    assertThat(upload.updateTime()).isEqualTo(T0);
    assertThat(upload.uploadedParts()).isZero();
    assertThat(upload.uploadedBytes()).isZero();
    assertThat(store.parts(upload, 0, 10)).isEmpty();
    assertThat(store.partNumbers(upload)).isEqualTo(new BitSet());
  }

  @Test
  void requestIdsBelongToTheirTenants() {
    Upload ours = create("r1", creating());
    Created theirs = store.create(spec(STRANGER, "r1"), creating(), END, Quota.UNLIMITED);

    assertThat(theirs.isNew()).isTrue();
    assertThat(theirs.upload().id()).isNotEqualTo(ours.id());
  }

  @Test
  void findsNothingOfAnotherTenant() {
    Upload upload = create("r1", creating());

    assertThat(store.find(STRANGER, upload.id())).isEmpty();
    assertThat(store.findByRequestId(TENANT, upload.spec().requestId()))
        .isEqualTo(store.find(TENANT, upload.id()));
    assertThat(store.findByRequestId(STRANGER, upload.spec().requestId())).isEmpty();
    assertThat(store.findOfAnyTenant(upload.id()))
        .contains(store.find(TENANT, upload.id()).orElseThrow());
    assertThat(store.findOfAnyTenant(TestUploads.id(0))).isEmpty();
    assertThat(store.find(TENANT, TestUploads.id(0))).isEmpty();
    assertThat(store.list(newest(STRANGER))).isEmpty();
  }

  @Test
  void manyCreatesAtOnceMakeOneSession() throws Exception {
    List<Created> all =
        atOnce(
            16,
            i -> store.create(spec(TENANT, "r1"), creating(), END.plusSeconds(i), Quota.UNLIMITED));

    assertThat(all).extracting(created -> created.upload()).containsOnly(all.get(0).upload());
    assertThat(all).filteredOn(Created::isNew).hasSize(1);
    assertThat(store.list(newest(TENANT))).hasSize(1);
  }

  @Test
  void everyFieldOfTheSpecComesBack() {
    UploadSpec spec =
        new UploadSpec(
            TestUploads.id(0),
            TENANT,
            "request/ü-漢字-🎉 '\"\\%_",
            "0123abcd",
            "destination",
            "bucket",
            "k/漢字/🎉' OR 1=1 --",
            "",
            "application/x; a=\"b\"",
            UploadMode.SINGLE,
            PartPlan.whole(0),
            ChecksumAlgorithm.CRC64NVME,
            Map.of("", "", "ключ", "\u0001\"\\\n🎉", "null", "null"),
            true,
            Duration.ofMillis(1),
            T0,
            T0.plusMillis(1));

    assertThat(roundTrip(spec, creating()).spec()).isEqualTo(spec);
  }

  @Test
  void theLargestUploadComesBack() {
    UploadSpec spec = spec(TENANT, "r".repeat(1000));
    Upload upload = roundTrip(spec, active());
    assertThat(upload.spec()).isEqualTo(spec);

    List<Part> all =
        IntStream.rangeClosed(1, S3Limits.MAX_PARTS)
            .mapToObj(n -> part(n, S3Limits.MAX_PART_BYTES))
            .toList();
    assertThat(store.replace(upload, completing(), new LedgerChange(all, List.of()))).isTrue();

    Upload after = reread(store, upload);
    assertThat(after.uploadedParts()).isEqualTo(S3Limits.MAX_PARTS);
    assertThat(after.uploadedBytes()).isEqualTo(S3Limits.MAX_OBJECT_BYTES);
    assertThat(store.partNumbers(after).cardinality()).isEqualTo(S3Limits.MAX_PARTS);
    assertThat(store.parts(after, 0, S3Limits.MAX_PARTS)).isEqualTo(all);
    assertThat(store.parts(after, 9_990, 1_000)).isEqualTo(all.subList(9_990, 10_000));
    assertThat(store.parts(after, S3Limits.MAX_PARTS, 10)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyStatesProgressComesBack(UploadState state) {
    Progress progress = progress(state);
    assertThat(roundTrip(spec(TENANT, "r1"), progress).progress()).isEqualTo(progress);

    Upload other = create("r2", creating());
    assertThat(store.replace(other, progress)).isTrue();
    assertThat(reread(store, other).progress()).isEqualTo(progress);
  }

  // replace and forget

  @Test
  void replacesWhatWasSeenAndNothingElse() {
    Upload seen = create("r1", creating());
    Progress next = seen.progress().activated("s3");
    time.set(T0.plusSeconds(1));

    assertThat(store.replace(seen, next)).isTrue();
    Upload after = reread(store, seen);
    assertThat(after.progress()).isEqualTo(next);
    assertThat(after.updateTime()).isEqualTo(T0.plusSeconds(1));
    assertThat(after.revision()).isGreaterThan(seen.revision());

    assertThat(store.replace(seen, seen.progress().failed(refusal(), T0))).isFalse();
    assertThat(reread(store, seen)).isEqualTo(after);
  }

  @Test
  void refusesAnOldFence() {
    Upload seen = create("r1", creating());
    Progress taken = seen.progress().takenOver(T0.plusSeconds(90));
    assertThat(store.replace(seen, taken)).isTrue();
    Upload after = reread(store, seen);

    assertThat(
            store.replace(
                seen,
                seen.progress().activated("late"),
                new LedgerChange(List.of(part(1, 1)), List.of())))
        .isFalse();
    assertThat(store.forget(seen)).isFalse();
    assertThat(reread(store, seen)).isEqualTo(after);
    assertThat(store.parts(after, 0, 10)).isEmpty();
  }

  @Test
  void oneOfManyReplacesWins() throws Exception {
    Upload seen = create("r1", active());
    List<Boolean> won =
        atOnce(16, i -> store.replace(seen, seen.progress().completing(T0.plusSeconds(i))));
    assertThat(won).filteredOn(w -> w).hasSize(1);
  }

  @Test
  void changesTheLedgerWithTheState() throws Exception {
    Upload seen = create("r1", active());
    for (int number = 1; number <= 4; number++) {
      assertThat(await(store.record(seen, part(number, 10), END))).isTrue();
    }
    Part better = new Part(2, 25, "better", null, T0.plusSeconds(3));

    assertThat(
            store.replace(
                seen,
                completing(),
                new LedgerChange(List.of(better, part(9, 5)), List.of(1, 3, 7))))
        .isTrue();

    Upload after = reread(store, seen);
    assertThat(after.state()).isEqualTo(UploadState.COMPLETING);
    assertThat(store.parts(after, 0, 10)).containsExactly(better, part(4, 10), part(9, 5));
    assertThat(after.uploadedParts()).isEqualTo(3);
    assertThat(after.uploadedBytes()).isEqualTo(40);
  }

  @Test
  void replacesOnlyWhatNothingHasExtended() throws Exception {
    Upload seen = create("r1", active());
    assertThat(await(store.extend(seen, T0, END, T0.plusSeconds(9)))).isTrue();
    assertThat(store.replaceIfNotExtended(seen, active().expired(END))).isFalse();
    Upload moved = reread(store, seen);
    assertThat(await(store.extend(seen, T0, END.plusSeconds(9), T0))).isTrue();
    assertThat(store.replaceIfNotExtended(moved, active().expired(END))).isFalse();

    Upload now = reread(store, seen);
    assertThat(now.state()).isEqualTo(UploadState.ACTIVE);
    assertThat(store.replaceIfNotExtended(now, active().expired(END))).isTrue();
    assertThat(store.replaceIfNotExtended(now, active().expired(END))).isFalse();
    assertThat(reread(store, seen).state()).isEqualTo(UploadState.EXPIRED);
  }

  @Test
  void forgetsASessionWithItsLedger() throws Exception {
    Upload seen = create("r1", active());
    Upload neighbour = create("r2", active());
    await(store.record(seen, part(1, 10), END));
    await(store.record(neighbour, part(1, 10), END));

    assertThat(store.forget(seen)).isTrue();
    assertThat(store.forget(seen)).isFalse();
    assertThat(store.find(TENANT, seen.id())).isEmpty();
    assertThat(store.parts(seen, 0, 10)).isEmpty();
    assertThat(store.parts(neighbour, 0, 10)).hasSize(1);
    assertThat(store.create(spec(TENANT, "r1"), creating(), END, Quota.UNLIMITED).isNew()).isTrue();
  }

  @Test
  void aForgottenSessionsWritesTouchNoOther() throws Exception {
    Upload gone = create("r1", active());
    store.forget(gone);
    Upload next = store.create(spec(STRANGER, "r1"), active(), END, Quota.UNLIMITED).upload();

    assertThat(await(store.record(gone, part(1, 1), END))).isFalse();
    assertThat(await(store.extend(gone, T0, END.plusSeconds(1), END))).isFalse();
    assertThat(store.replace(gone, completing())).isFalse();
    store.drop(gone, List.of(1));
    assertThat(reread(store, next)).isEqualTo(next);
  }

  // usage and quotas

  @ParameterizedTest
  @EnumSource
  void usageFollowsTheState(UploadState state) {
    Usage expected =
        switch (state) {
          case CREATING, ACTIVE, COMPLETING -> new Usage(1, SIZE);
          case COMPLETED -> new Usage(0, SIZE);
          case ABORTED, EXPIRED, FAILED -> Usage.NONE;
        };
    Upload upload = create("r1", creating());
    assertThat(used()).isEqualTo(new Usage(1, SIZE));

    assertThat(store.replace(upload, progress(state))).isTrue();
    assertThat(used()).isEqualTo(expected);
    boolean stillAsItWas = state == UploadState.CREATING;
    assertThat(store.replace(upload, progress(state))).isEqualTo(stillAsItWas);
    assertThat(used()).isEqualTo(expected);

    assertThat(store.forget(reread(store, upload))).isTrue();
    assertThat(used()).isEqualTo(Usage.NONE);
    assertThat(store.forget(upload)).isFalse();
    assertThat(used()).isEqualTo(Usage.NONE);
  }

  @Test
  void aWholeLifeTakesOnceAndKeepsTheBytes() {
    Upload upload = create("r1", creating());
    List<Progress> life =
        List.of(
            creating().takenOver(END),
            creating().takenOver(END).activated("s3"),
            completing(),
            completing().takenOver(END),
            completing().attempting(T0, END),
            completing().attempting(T0, END).reopened(refusal()),
            completing());
    for (Progress next : life) {
      assertThat(store.replace(reread(store, upload), next)).isTrue();
      assertThat(used()).isEqualTo(new Usage(1, SIZE));
    }
    assertThat(store.replace(reread(store, upload), completed())).isTrue();
    assertThat(used()).isEqualTo(new Usage(0, SIZE));
  }

  @Test
  void aSessionThatExpiresGivesBackOnce() throws Exception {
    Upload upload = create("r1", active());
    await(store.extend(upload, T0, END.plusSeconds(1), T0));
    assertThat(store.replaceIfNotExtended(upload, active().expired(END))).isFalse();
    assertThat(used()).isEqualTo(new Usage(1, SIZE));

    Upload now = reread(store, upload);
    assertThat(store.replaceIfNotExtended(now, active().expired(END))).isTrue();
    assertThat(store.replace(now, active().aborted(END))).isFalse();
    assertThat(used()).isEqualTo(Usage.NONE);
    Upload dead = reread(store, upload);
    assertThat(store.replace(dead, dead.progress().cleaned(null))).isTrue();
    assertThat(used()).isEqualTo(Usage.NONE);
  }

  @Test
  void oneOfManyEndingsGivesBack() throws Exception {
    create("r0", active());
    Upload upload = create("r1", active());
    List<Boolean> won =
        atOnce(
            16,
            i ->
                i % 2 == 0
                    ? store.replace(upload, active().aborted(END))
                    : store.replaceIfNotExtended(upload, active().expired(END)));
    assertThat(won).filteredOn(w -> w).hasSize(1);
    assertThat(used()).isEqualTo(new Usage(1, SIZE));
  }

  @Test
  void refusesWhatTheQuotaHasNoRoomForAndLeavesNoTrace() {
    Quota two = new Quota(2, Quota.NO_LIMIT);
    Upload first = start("r1", two);
    start("r2", two);

    assertExceeds(() -> start("r3", two), "open_sessions", 2, 2, 1);
    assertThat(store.findByRequestId(TENANT, "r3")).isEmpty();
    assertThat(store.list(newest(TENANT))).hasSize(2);
    assertThat(used()).isEqualTo(new Usage(2, 2 * SIZE));

    assertThat(store.replace(first, progress(UploadState.ABORTED))).isTrue();
    assertThat(start("r3", two).spec().requestId()).isEqualTo("r3");
    assertExceeds(() -> start("r4", two), "open_sessions", 2, 2, 1);
  }

  @Test
  void completedBytesStayReserved() {
    Quota bytes = new Quota(Quota.NO_LIMIT, 2 * SIZE);
    Upload first = start("r1", bytes);
    Upload second = start("r2", bytes);
    assertThat(store.replace(first, completed())).isTrue();
    assertExceeds(() -> start("r3", bytes), "reserved_bytes", 2 * SIZE, 2 * SIZE, SIZE);

    assertThat(store.replace(second, progress(UploadState.FAILED))).isTrue();
    start("r3", bytes);
    assertExceeds(() -> start("r4", bytes), "reserved_bytes", 2 * SIZE, 2 * SIZE, SIZE);
  }

  @Test
  void aSessionThatIsThereIsFoundWhateverTheQuota() {
    Upload upload = start("r1", new Quota(1, SIZE));
    Quota lowered = new Quota(0, 0);

    assertThat(store.create(spec(TENANT, "r1"), creating(), END, lowered))
        .isEqualTo(new Created(upload, false));
    assertThat(used()).isEqualTo(new Usage(1, SIZE));
    assertExceeds(() -> start("r2", lowered), "open_sessions", 0, 1, 1);
    assertThat(store.replace(upload, completing())).isTrue();
  }

  @Test
  void usageIsOfOneTenantInOneDestination() {
    Quota one = new Quota(1, SIZE);
    start("r1", one);
    store.create(spec(STRANGER, "r1"), active(), END, one);
    UploadSpec elsewhere = spec(TestUploads.id(1), TENANT, "r2", "key", "elsewhere", T0);
    store.create(elsewhere, active(), END, one);

    assertThat(used()).isEqualTo(new Usage(1, SIZE));
    assertThat(store.usage(DESTINATION, STRANGER)).isEqualTo(new Usage(1, SIZE));
    assertThat(store.usage("elsewhere", TENANT)).isEqualTo(new Usage(1, SIZE));
    assertThat(store.usage("elsewhere", STRANGER)).isEqualTo(Usage.NONE);
  }

  @Test
  void ofManyStartsAtOnceAsManySucceedAsTheQuotaHas() throws Exception {
    Quota five = new Quota(5, Quota.NO_LIMIT);
    List<Boolean> made =
        atOnce(
            16,
            i -> {
              try {
                start("r" + i, five);
                return true;
              } catch (UploadException e) {
                assertThat(e.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
                return false;
              }
            });

    assertThat(made).filteredOn(m -> m).hasSize(5);
    assertThat(used()).isEqualTo(new Usage(5, 5 * SIZE));
    assertThat(store.list(newest(TENANT))).hasSize(5);
  }

  @Test
  void manyStartsOfOneRequestTakeOnce() throws Exception {
    atOnce(16, i -> start("r1", new Quota(1, SIZE)));
    assertThat(used()).isEqualTo(new Usage(1, SIZE));
  }

  @Test
  void usageAgreesWithTheSessionsWhateverHappens() {
    Random random = new Random(11);
    Quota quota = new Quota(6, 9 * SIZE);
    for (int step = 0; step < 200; step++) {
      List<Upload> all = store.list(newest(TENANT));
      if (all.isEmpty() || random.nextInt(3) == 0) {
        try {
          start("r" + random.nextInt(40), quota);
        } catch (UploadException e) {
          assertThat(e.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
        }
      } else {
        Upload any = all.get(random.nextInt(all.size()));
        UploadState to = STATES.get(random.nextInt(STATES.size()));
        if (random.nextInt(5) == 0) {
          store.forget(any);
        } else if (!any.state().isDead()) {
          store.replace(any, progress(to));
        }
      }
      Usage sum =
          store.list(newest(TENANT)).stream()
              .map(upload -> Usage.of(upload.spec(), upload.state()))
              .reduce(Usage.NONE, Usage::plus);
      assertThat(used()).isEqualTo(sum);
    }
  }

  private Upload start(String requestId, Quota quota) {
    return store.create(spec(TENANT, requestId), creating(), END, quota).upload();
  }

  private Usage used() {
    return store.usage(DESTINATION, TENANT);
  }

  private static void assertExceeds(
      ThrowingCallable call, String what, long limit, long used, long asked) {
    assertThatExceptionOfType(UploadException.class)
        .isThrownBy(call)
        .satisfies(
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
              assertThat(e.retryAfter()).isEmpty();
              assertThat(e.metadata())
                  .containsEntry("quota", "destination:bucket-of-the-day/tenant:acme/" + what)
                  .containsEntry("limit", String.valueOf(limit))
                  .containsEntry("used", String.valueOf(used))
                  .containsEntry("asked", String.valueOf(asked));
            });
  }

  // extend

  @Test
  void extendsAndNeverMovesBack() throws Exception {
    Upload seen = create("r1", active());
    assertThat(await(store.extend(seen, T0, END.plusSeconds(5), T0.plusSeconds(5)))).isTrue();
    Upload extended = reread(store, seen);
    assertThat(extended.expireTime()).isEqualTo(END.plusSeconds(5));
    assertThat(extended.urlEnd()).isEqualTo(T0.plusSeconds(5));
    assertThat(extended.revision()).isGreaterThan(seen.revision());

    assertThat(await(store.extend(seen, T0, END, T0.plusSeconds(1)))).isTrue();
    assertThat(await(store.record(seen, part(1, 1), T0))).isTrue();
    Upload after = reread(store, seen);
    assertThat(after.expireTime()).isEqualTo(extended.expireTime());
    assertThat(after.urlEnd()).isEqualTo(extended.urlEnd());
  }

  @Test
  void refusesSignsOfLifeOnceExpired() throws Exception {
    Upload seen = create("r1", active());
    Part late = new Part(1, 1, "", null, END);

    assertThat(await(store.extend(seen, END, END.plusSeconds(9), END.plusSeconds(9)))).isFalse();
    assertThat(await(store.record(seen, late, END.plusSeconds(9)))).isFalse();
    assertThat(reread(store, seen)).isEqualTo(seen);

    Part inTime = new Part(1, 1, "", null, END.minusMillis(1));
    assertThat(await(store.record(seen, inTime, END.plusSeconds(9)))).isTrue();
    assertThat(await(store.record(seen, late, END))).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void takesSignsOfLifeOnlyWhileActive(UploadState state) throws Exception {
    Upload seen = create("r1", progress(state));
    boolean isActive = state == UploadState.ACTIVE;

    assertThat(await(store.extend(seen, T0, END.plusSeconds(1), END))).isEqualTo(isActive);
    assertThat(await(store.record(seen, part(1, 1), END.plusSeconds(2)))).isEqualTo(isActive);
    if (!isActive) {
      assertThat(reread(store, seen)).isEqualTo(seen);
      assertThat(store.parts(seen, 0, 1)).isEmpty();
    }
  }

  // the ledger

  @Test
  void recordsPartsWithTheirFields() throws Exception {
    Upload seen = create("r1", active());
    Part full =
        new Part(10_000, S3Limits.MAX_PART_BYTES, "e".repeat(128), Checksum.of(new byte[32]), T0);
    Part bare = new Part(1, 0, "", null, T0.minusMillis(1));
    time.set(T0.plusSeconds(1));

    assertThat(await(store.record(seen, full, END.plusSeconds(1)))).isTrue();
    assertThat(await(store.record(seen, bare, END))).isTrue();

    Upload after = reread(store, seen);
    assertThat(store.parts(after, 0, 10)).containsExactly(bare, full);
    assertThat(after.uploadedParts()).isEqualTo(2);
    assertThat(after.uploadedBytes()).isEqualTo(S3Limits.MAX_PART_BYTES);
    assertThat(after.expireTime()).isEqualTo(END.plusSeconds(1));
    assertThat(after.updateTime()).isEqualTo(T0.plusSeconds(1));
    assertThat(after.revision()).isGreaterThan(seen.revision());
  }

  @Test
  void theLastReportOfAPartWins() throws Exception {
    Upload seen = create("r1", active());
    Part first = new Part(3, 10, "a", Checksum.of(new byte[] {1}), T0);
    Part second = new Part(3, 4, "b", null, T0.plusSeconds(1));
    await(store.record(seen, first, END));
    await(store.record(seen, second, END));

    assertThat(store.parts(seen, 0, 10)).containsExactly(second);
    Upload after = reread(store, seen);
    assertThat(after.uploadedParts()).isEqualTo(1);
    assertThat(after.uploadedBytes()).isEqualTo(4);
  }

  @Test
  void answersEveryReportOfAPartThatComesManyTimesAtOnce() throws Exception {
    Upload seen = create("r1", active());
    List<CompletionStage<Boolean>> stages = new ArrayList<>();
    for (int i = 1; i <= 500; i++) {
      stages.add(store.record(seen, part(1 + i % 7, i), END));
    }
    for (CompletionStage<Boolean> stage : stages) {
      assertThat(await(stage)).isTrue();
    }

    Upload after = reread(store, seen);
    assertThat(after.uploadedParts()).isEqualTo(7);
    assertThat(store.parts(after, 0, 10))
        .extracting(Part::sizeBytes)
        .containsExactlyInAnyOrder(494L, 495L, 496L, 497L, 498L, 499L, 500L);
    assertCountsAgree(after);
  }

  @Test
  void dropsPartsWhileActive() throws Exception {
    Upload seen = create("r1", active());
    for (int number = 1; number <= 3; number++) {
      await(store.record(seen, part(number, 10), END));
    }
    Upload before = reread(store, seen);
    store.drop(seen, List.of(2, 3, 4));
    Upload after = reread(store, seen);

    assertThat(store.parts(seen, 0, 10)).containsExactly(part(1, 10));
    assertThat(after.uploadedParts()).isEqualTo(1);
    assertThat(after.uploadedBytes()).isEqualTo(10);
    assertThat(after.revision()).isGreaterThan(before.revision());

    assertThat(store.replace(after, completing())).isTrue();
    store.drop(seen, List.of(1));
    assertThat(store.parts(seen, 0, 10)).containsExactly(part(1, 10));
    assertThat(reread(store, seen).uploadedParts()).isEqualTo(1);
  }

  @Test
  void pagesThroughTheLedgerOfOneUploadAlone() throws Exception {
    Upload left = create("r0", active());
    Upload seen = create("r1", active());
    Upload right = create("r2", active());
    for (int number : new int[] {5, 1, 10_000, 3}) {
      await(store.record(seen, part(number, number), END));
    }
    await(store.record(left, part(10_000, 1), END));
    await(store.record(right, part(1, 1), END));

    assertThat(store.parts(seen, 0, 2)).extracting(Part::number).containsExactly(1, 3);
    assertThat(store.parts(seen, 3, 2)).extracting(Part::number).containsExactly(5, 10_000);
    assertThat(store.parts(seen, 10_000, 2)).isEmpty();
    assertThat(store.parts(seen, Integer.MAX_VALUE, 2)).isEmpty();
    BitSet expected = new BitSet();
    List.of(1, 3, 5, 10_000).forEach(expected::set);
    assertThat(store.partNumbers(seen)).isEqualTo(expected);
  }

  @Test
  void countsAgreeWithTheLedgerWhateverHappens() throws Exception {
    Random random = new Random(7);
    List<Upload> uploads = new ArrayList<>();
    List<Map<Integer, Part>> models = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      uploads.add(create("r" + i, active()));
      models.add(new HashMap<>());
    }
    for (int step = 0; step < 120; step++) {
      int which = random.nextInt(3);
      Upload upload = uploads.get(which);
      Map<Integer, Part> model = models.get(which);
      int number = 1 + random.nextInt(12);
      Part part = part(number, random.nextInt(1000));
      switch (random.nextInt(4)) {
        case 0 -> {
          store.drop(upload, List.of(number, number + 1));
          model.keySet().removeAll(List.of(number, number + 1));
        }
        case 1 -> {
          Upload now = reread(store, upload);
          Progress next = now.progress().takenOver(END);
          assertThat(
                  store.replace(
                      now, next, new LedgerChange(List.of(part), List.of(number + 1, number + 2))))
              .isTrue();
          model.keySet().removeAll(List.of(number + 1, number + 2));
          model.put(number, part);
        }
        default -> {
          Part early = part(number, 1_000_000);
          CompletionStage<Boolean> first = store.record(upload, early, END);
          assertThat(await(store.record(upload, part, END))).isTrue();
          assertThat(await(first)).isTrue();
          model.put(number, part);
        }
      }
      Upload after = reread(store, upload);
      assertThat(store.parts(after, 0, 100)).containsExactlyInAnyOrderElementsOf(model.values());
      assertCountsAgree(after);
    }
  }

  @Test
  void countsAgreeUnderConcurrency() throws Exception {
    Upload upload = create("r1", active());
    atOnce(
        8,
        i -> {
          Random random = new Random(i);
          for (int n = 0; n < 100; n++) {
            int number = 1 + random.nextInt(20);
            if (random.nextInt(5) == 0) {
              store.drop(upload, List.of(number));
            } else {
              await(store.record(upload, part(number, random.nextInt(1000)), END));
            }
          }
          return i;
        });
    assertCountsAgree(reread(store, upload));
  }

  // list

  @Test
  void listsTheNewestFirstInPages() {
    List<UploadId> ids = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      ids.add(0, listed(i, "key", "d", T0).id());
    }
    store.create(spec(STRANGER, "r1"), creating(), END, Quota.UNLIMITED);

    assertThat(ids(query().most(3).build())).isEqualTo(ids.subList(0, 3));
    assertThat(ids(query().before(ids.get(2)).most(3).build())).isEqualTo(ids.subList(3, 6));
    assertThat(ids(query().before(ids.get(5)).most(3).build())).isEqualTo(ids.subList(6, 7));
    assertThat(ids(query().before(ids.get(6)).most(3).build())).isEmpty();
  }

  @Test
  void listsByState() {
    for (UploadState state : UploadState.values()) {
      create(state.name(), progress(state));
    }
    for (UploadState state : UploadState.values()) {
      assertThat(store.list(query().states(state).build()))
          .extracting(Upload::state)
          .containsExactly(state);
    }
    assertThat(store.list(query().states(UploadState.ACTIVE, UploadState.FAILED).build()))
        .extracting(Upload::state)
        .containsExactlyInAnyOrder(UploadState.ACTIVE, UploadState.FAILED);
    assertThat(store.list(query().build())).hasSize(UploadState.values().length);
  }

  @Test
  void listsByDestination() {
    Upload a = listed(1, "key", "a", T0);
    listed(2, "key", "b", T0);
    assertThat(store.list(query().destination("a").build())).containsExactly(a);
    assertThat(store.list(query().destination("A").build())).isEmpty();
  }

  @Test
  void listsByAge() {
    Upload older = listed(1, "key", "d", T0);
    Upload newer = listed(2, "key", "d", T0);
    assertThat(store.list(query().downTo(older.id()).build())).containsExactly(newer, older);
    assertThat(store.list(query().downTo(newer.id()).build())).containsExactly(newer);
    assertThat(store.list(query().before(newer.id()).build())).containsExactly(older);
    assertThat(store.list(query().before(newer.id()).downTo(newer.id()).build())).isEmpty();
  }

  @Test
  void tellsTheLastOfSoManySessions() {
    Upload older = listed(1, "key", "d", T0);
    Upload newer = listed(2, "key", "d", T0);
    assertThat(store.last(TENANT, null, 1)).contains(newer.id());
    assertThat(store.last(TENANT, null, 2)).contains(older.id());
    assertThat(store.last(TENANT, null, 3)).isEmpty();
    assertThat(store.last(TENANT, newer.id(), 1)).contains(older.id());
    assertThat(store.last(TENANT, older.id(), 1)).isEmpty();
    assertThat(store.last(STRANGER, null, 1)).isEmpty();
  }

  @Test
  void aKeyPrefixMeansItselfAlone() {
    Upload percent = listed(1, "100%/a", "d", T0);
    Upload score = listed(2, "100_/a", "d", T0);
    Upload plain = listed(3, "100x/a", "d", T0);
    Upload party = listed(4, "漢🎉/🎉", "d", T0);
    Upload upper = listed(5, "ABC", "d", T0);
    Upload backslash = listed(6, "a\\%", "d", T0);

    assertThat(store.list(query().prefix("100").build())).containsExactly(plain, score, percent);
    assertThat(store.list(query().prefix("100%").build())).containsExactly(percent);
    assertThat(store.list(query().prefix("100_").build())).containsExactly(score);
    assertThat(store.list(query().prefix("漢🎉/").build())).containsExactly(party);
    assertThat(store.list(query().prefix("漢").build())).containsExactly(party);
    assertThat(store.list(query().prefix("abc").build())).isEmpty();
    assertThat(store.list(query().prefix("ABC").build())).containsExactly(upper);
    assertThat(store.list(query().prefix("ABCD").build())).isEmpty();
    assertThat(store.list(query().prefix("a\\").build())).containsExactly(backslash);
    assertThat(store.list(query().prefix("%").build())).isEmpty();
    assertThat(store.list(query().prefix("").build())).hasSize(6);
  }

  @Test
  void filtersGoTogether() {
    listed(1, "in/a", "d", T0);
    Upload both = listed(2, "in/b", "e", T0.plusSeconds(1));
    listed(3, "out/c", "e", T0.plusSeconds(2));
    assertThat(
            store.list(
                query()
                    .states(UploadState.ACTIVE)
                    .destination("e")
                    .prefix("in/")
                    .downTo(TestUploads.id(0))
                    .before(TestUploads.id(100))
                    .build()))
        .containsExactly(both);
  }

  // leases

  @Test
  void aLeaseIsPutOffForWhoHoldsIt() {
    Upload upload = create("r1", completing());
    Instant end = Objects.requireNonNull(upload.progress().leaseUntil());

    store.renewLeases(List.of(upload), end.plusSeconds(5));
    Upload renewed = reread(store, upload);

    assertThat(renewed.progress().leaseUntil()).isEqualTo(end.plusSeconds(5));
    assertThat(renewed.revision()).isEqualTo(upload.revision());
    assertThat(dueAt(end.plusSeconds(4))).isEmpty();
    assertThat(dueAt(end.plusSeconds(5))).containsExactly(upload.id());
    assertThat(store.replace(upload, upload.progress().takenOver(END))).isTrue();
  }

  @Test
  void aLeaseIsNeverShortenedNorRevivedNorRenewedByAnother() {
    Upload upload = create("r1", completing());
    Upload other = create("r2", active());
    Instant end = Objects.requireNonNull(upload.progress().leaseUntil());

    store.renewLeases(List.of(upload, other), end.minusSeconds(1));
    assertThat(reread(store, upload)).isEqualTo(upload);
    assertThat(reread(store, other)).isEqualTo(other);

    assertThat(store.replace(upload, upload.progress().released())).isTrue();
    Upload released = reread(store, upload);
    store.renewLeases(List.of(upload), end.plusSeconds(5));
    assertThat(reread(store, upload)).isEqualTo(released);

    assertThat(store.replace(released, released.progress().takenOver(end))).isTrue();
    Upload takenOver = reread(store, upload);
    store.renewLeases(List.of(upload), end.plusSeconds(5));
    assertThat(reread(store, upload)).isEqualTo(takenOver);
  }

  // at rest

  @ParameterizedTest
  @EnumSource
  void isAtRestWhenItIsOverAndClean(UploadState state) {
    Upload upload = create("r1", creating());
    assertThat(store.replace(upload, progress(state))).isTrue();
    Upload then = reread(store, upload);
    boolean isClean = then.progress().cleanAt() == null;

    assertThat(atRest(T0.plusMillis(1), 0, 10))
        .isEqualTo(state.isTerminal() && isClean ? List.of(upload.id()) : List.of());
    if (!isClean) {
      assertThat(store.replace(then, then.progress().cleaned(null))).isTrue();
      assertThat(atRest(T0.plusMillis(1), 0, 10)).containsExactly(upload.id());
    }
  }

  @Test
  void aSessionRestsFromItsLastChangeOn() {
    Upload upload = create("r1", completing());
    time.set(T0.plusSeconds(10));
    assertThat(store.replace(upload, progress(UploadState.COMPLETED))).isTrue();

    assertThat(atRest(T0.plusSeconds(10), 0, 10)).isEmpty();
    assertThat(atRest(T0.plusSeconds(10).plusMillis(1), 0, 10)).containsExactly(upload.id());
  }

  @Test
  void whatIsAtRestIsFoundInStepsOfEverySize() {
    List<UploadId> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      Upload upload =
          create("r" + i, progress(i % 3 == 1 ? UploadState.ACTIVE : UploadState.COMPLETED));
      if (i % 3 != 1) {
        expected.add(upload.id());
      }
    }
    for (int most = 1; most <= 8; most++) {
      List<UploadId> found = new ArrayList<>();
      long next = 0;
      do {
        UploadStore.AtRest some = store.atRest(END, next, most);
        some.uploads().forEach(upload -> found.add(upload.id()));
        next = some.next();
      } while (next != 0);
      assertThat(found).as("%d at once", most).isEqualTo(expected);
    }
  }

  @Test
  void youngSessionsAreNotLookedAt() {
    create("r1", progress(UploadState.COMPLETED));

    assertThat(store.atRest(T0, 0, 1)).isEqualTo(new UploadStore.AtRest(List.of(), 0));
  }

  @Test
  void forgetsThoseThatAreStillAsTheyWereSeen() throws Exception {
    Upload first = create("r1", active());
    Upload moved = create("r2", active());
    Upload last = create("r3", active());
    await(store.record(last, part(7, 70), END));
    assertThat(store.replace(moved, completing())).isTrue();

    assertThat(store.forget(List.of(first, moved, last))).isEqualTo(2);

    assertThat(ids(query().build())).containsExactly(moved.id());
    assertThat(store.parts(last, 0, 10)).isEmpty();
    assertThat(used()).isEqualTo(new Usage(1, SIZE));
    assertThat(store.forget(List.of())).isZero();
  }

  @Test
  void anActiveSessionIsDueWhenItEnds() throws Exception {
    Upload upload = create("r1", active());
    assertThat(dueAt(END.minusMillis(1))).isEmpty();
    assertThat(dueAt(END)).containsExactly(upload.id());

    await(store.extend(upload, T0, END.plusSeconds(5), T0));
    assertThat(dueAt(END)).isEmpty();
    assertThat(dueAt(END.plusSeconds(5))).containsExactly(upload.id());
  }

  @Test
  void aReopenedSessionIsDueWhenItEnds() throws Exception {
    Upload upload = create("r1", active());
    await(store.extend(upload, T0, END.plusSeconds(5), T0));
    assertThat(store.replace(upload, completing())).isTrue();
    Upload now = reread(store, upload);
    assertThat(store.replace(upload, completing())).isFalse();
    assertThat(store.replace(now, now.progress().reopened(refusal()))).isTrue();
    assertThat(dueAt(END)).isEmpty();
    assertThat(dueAt(END.plusSeconds(5))).containsExactly(upload.id());
  }

  @ParameterizedTest
  @EnumSource(names = {"CREATING", "COMPLETING"})
  void aSessionAtWorkIsDueWhenItsLeaseHasRunOut(UploadState state) {
    Upload upload = create("r1", progress(state));
    Instant leaseUntil = T0.plusSeconds(60);
    assertThat(dueAt(leaseUntil.minusMillis(1))).isEmpty();
    assertThat(dueAt(leaseUntil)).containsExactly(upload.id());

    assertThat(store.replace(upload, upload.progress().released())).isTrue();
    assertThat(dueAt(T0)).containsExactly(upload.id());
  }

  @ParameterizedTest
  @EnumSource(names = {"ABORTED", "EXPIRED", "FAILED"})
  void aDeadSessionIsDueUntilItIsClean(UploadState state) {
    Upload upload = create("r1", progress(state));
    assertThat(dueAt(END.minusMillis(1))).isEmpty();
    assertThat(dueAt(END)).containsExactly(upload.id());

    assertThat(store.replace(upload, upload.progress().cleaned(END.plusSeconds(1)))).isTrue();
    assertThat(dueAt(END)).isEmpty();
    Upload now = reread(store, upload);
    assertThat(store.replace(now, now.progress().cleaned(null))).isTrue();
    assertThat(dueAt(Instant.parse("2100-01-01T00:00:00Z"))).isEmpty();
  }

  @Test
  void aFinishedSessionIsNeverDue() {
    create("r1", completed());
    assertThat(dueAt(Instant.parse("2100-01-01T00:00:00Z"))).isEmpty();
  }

  @Test
  void theLongestDueComeFirstOfAllTenants() {
    Upload last = create("r1", active());
    Upload middle = create("r2", active().aborted(T0.plusSeconds(600)));
    Upload first = store.create(spec(STRANGER, "r1"), creating(), END, Quota.UNLIMITED).upload();
    assertThat(dueAt(END)).containsExactly(first.id(), middle.id(), last.id());
    assertThat(store.due(END, 2)).containsExactly(first, middle);
  }

  @Test
  void whatExpiredIsToldAPageAtATimeAndMissesNothingOfTheSameTime() {
    List<Upload> expired = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      expired.add(create("r" + i, active()));
    }
    create("dead", active().aborted(T0));
    create("creating", creating());
    store.create(spec(STRANGER, "later"), active(), END.plusSeconds(1), Quota.UNLIMITED);

    List<Upload> first = store.expired(END, null, 3);
    List<Upload> second = store.expired(END, first.get(2), 3);

    assertThat(Stream.concat(first.stream(), second.stream())).containsExactlyElementsOf(expired);
    assertThat(store.expired(END, second.get(1), 3)).isEmpty();
    assertThat(store.expired(END.minusMillis(1), null, 3)).isEmpty();
  }

  // revision

  @Test
  void theRevisionAndTheTimeGrowWithEveryChange() throws Exception {
    Upload upload = create("r1", creating());
    time.set(T0.plusSeconds(2));
    List<Callable<?>> changes =
        List.of(
            () -> store.replace(upload, active()),
            () -> await(store.record(upload, part(1, 1), END)),
            () -> await(store.record(upload, part(1, 1), END)),
            () -> await(store.extend(upload, T0, END.plusSeconds(1), T0)),
            () -> await(store.extend(upload, T0, END, T0.plusSeconds(1))),
            () -> store.replaceIfNotExtended(reread(store, upload), active().released()),
            () -> store.replace(reread(store, upload), completing()));
    Upload before = upload;
    for (Callable<?> change : changes) {
      assertThat(change.call()).isEqualTo(true);
      Upload after = reread(store, upload);
      assertThat(after.revision()).isGreaterThan(before.revision());
      assertThat(after.updateTime()).isEqualTo(T0.plusSeconds(2));
      before = after;
    }
    time.set(T0);
    assertThat(store.replace(before, before.progress().reopened(refusal()))).isTrue();
    assertThat(reread(store, upload).updateTime()).isEqualTo(T0.plusSeconds(2));
  }

  @Test
  void tellsTheRevisionsOfManySessionsAtOnce() throws Exception {
    List<Upload> all = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      all.add(create("r" + i, active()));
    }
    Upload reported = all.get(7);
    for (int n = 1; n <= 3; n++) {
      assertThat(await(store.record(reported, part(n, 1), END))).isTrue();
    }
    Upload replaced = all.get(8);
    assertThat(await(store.record(replaced, part(1, 1), END))).isTrue();
    assertThat(store.replace(replaced, completing())).isTrue();
    Upload forgotten = all.get(9);
    assertThat(store.forget(forgotten)).isTrue();
    List<Long> numbers = all.stream().map(Upload::number).toList();

    Map<Long, Long> expected = new HashMap<>();
    all.stream()
        .filter(upload -> !upload.equals(forgotten))
        .map(upload -> reread(store, upload))
        .forEach(upload -> expected.put(upload.number(), upload.revision()));
    assertThat(store.revisions(numbers)).isEqualTo(expected);
    assertThat(expected.get(reported.number())).isGreaterThan(reported.revision() + 2);
    assertThat(store.revisions(List.of(forgotten.number()))).isEmpty();
    assertThat(store.revisions(List.of())).isEmpty();
  }

  @Test
  void findsManySessionsAtOnce() throws Exception {
    Upload ours = create("r1", active());
    assertThat(await(store.record(ours, part(1, 5), END))).isTrue();
    Upload theirs = store.create(spec(STRANGER, "r1"), creating(), END, Quota.UNLIMITED).upload();
    Upload forgotten = create("r2", active());
    assertThat(store.forget(forgotten)).isTrue();

    assertThat(store.findAll(List.of(ours.number(), theirs.number(), forgotten.number())))
        .containsExactlyInAnyOrder(reread(store, ours), theirs);
    assertThat(store.findAll(List.of(theirs.number()))).containsExactly(theirs);
    assertThat(store.findAll(List.of())).isEmpty();
  }

  // numbers

  /** As after a failover that lost a session, whose number another tenant's has got since. */
  @ParameterizedTest
  @EnumSource(names = {"CREATING", "ACTIVE", "COMPLETING"})
  void aNumberThatIsAnothersNowIsNotTakenForIt(UploadState state) throws Exception {
    UploadSpec theirs = spec(STRANGER, "r1");
    Upload now = store.create(theirs, progress(state), END, Quota.UNLIMITED).upload();
    if (state == UploadState.ACTIVE) {
      assertThat(await(store.record(now, part(1, 5), END))).isTrue();
      now = reread(store, now);
    }
    for (String tenant : List.of(TENANT, STRANGER)) {
      Upload lost =
          new Upload(
              now.number(),
              spec(tenant, "r0"),
              now.progress(),
              now.expireTime(),
              now.urlEnd(),
              now.uploadedParts(),
              now.uploadedBytes(),
              now.updateTime(),
              now.revision());
      LedgerChange change = new LedgerChange(List.of(part(2, 2)), List.of(1));
      assertThat(await(store.record(lost, part(1, 9), END.plusSeconds(1)))).isFalse();
      assertThat(await(store.extend(lost, T0, END.plusSeconds(1), END))).isFalse();
      assertThat(store.replace(lost, active().aborted(END), change)).isFalse();
      assertThat(store.replaceIfNotExtended(lost, active().aborted(END))).isFalse();
      assertThat(store.forget(lost)).isFalse();
      store.drop(lost, List.of(1));
      store.renewLeases(List.of(lost), END.plusSeconds(100));
    }
    assertThat(reread(store, now)).isEqualTo(now);
    assertThat(store.parts(now, 0, 10)).hasSize(now.uploadedParts());
    assertThat(store.usage(DESTINATION, STRANGER)).isEqualTo(Usage.of(theirs, state));
  }

  // what the tests are made of

  private static Progress progress(UploadState state) {
    return switch (state) {
      case CREATING -> creating();
      case ACTIVE -> completing().reopened(refusal());
      case COMPLETING -> completing().attempting(T0.plusSeconds(1), T0.plusSeconds(60));
      case COMPLETED ->
          completing()
              .completed(
                  T0.plusSeconds(2),
                  new StoredObject(
                      "", "", S3Limits.MAX_OBJECT_BYTES, Checksum.of(new byte[] {0, -1, 127})));
      case ABORTED -> active().aborted(END);
      case EXPIRED -> active().expired(END);
      case FAILED -> completing().attempting(T0, T0.plusSeconds(60)).failed(refusal(), END);
    };
  }

  private Upload create(String requestId, Progress progress) {
    return TestUploads.newUpload(store, requestId, progress);
  }

  private Upload roundTrip(UploadSpec spec, Progress progress) {
    Upload created = store.create(spec, progress, END, Quota.UNLIMITED).upload();
    assertThat(reread(store, created)).isEqualTo(created);
    return created;
  }

  private Upload listed(int n, String key, String destination, Instant made) {
    UploadSpec spec = spec(TestUploads.id(n), TENANT, "r" + n, key, destination, made);
    return store.create(spec, active(), END, Quota.UNLIMITED).upload();
  }

  private void assertCountsAgree(Upload upload) {
    List<Part> parts = store.parts(upload, 0, S3Limits.MAX_PARTS);
    assertThat(upload.uploadedParts()).isEqualTo(parts.size());
    assertThat(upload.uploadedBytes()).isEqualTo(parts.stream().mapToLong(Part::sizeBytes).sum());
  }

  private List<UploadId> atRest(Instant before, long after, int most) {
    return store.atRest(before, after, most).uploads().stream().map(Upload::id).toList();
  }

  private List<UploadId> dueAt(Instant now) {
    return store.due(now, 100).stream().map(Upload::id).toList();
  }

  private List<UploadId> ids(Query query) {
    return store.list(query).stream().map(Upload::id).toList();
  }

  private static Query newest(String tenant) {
    return new ListQuery(tenant).build();
  }

  private static ListQuery query() {
    return new ListQuery(TENANT);
  }

  private interface Work<T> {
    T run(int i) throws Exception;
  }

  private static <T> List<T> atOnce(int threads, Work<T> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<T>> tasks = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int n = i;
        tasks.add(() -> work.run(n));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : pool.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }
}
