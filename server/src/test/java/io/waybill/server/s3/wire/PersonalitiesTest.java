package io.waybill.server.s3.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.s3.ImpatientS3;
import io.waybill.server.s3.S3Storage;
import io.waybill.server.s3.fake.Answer;
import io.waybill.server.s3.fake.Call;
import io.waybill.server.s3.fake.DestructiveAbort;
import io.waybill.server.s3.fake.FakeAwsS3;
import io.waybill.server.s3.fake.FakeAwsS3.Personality;
import io.waybill.server.s3.fake.KnownStore;
import io.waybill.server.s3.fake.LateLanding;
import io.waybill.server.s3.fake.RepeatedComplete;
import io.waybill.server.s3.fake.SlowToShow;
import io.waybill.server.s3.fake.StaleListings;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.SignedPart;
import io.waybill.server.upload.Upload;
import io.waybill.server.upload.UploadMode;
import io.waybill.server.upload.UploadState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** Every journey with its requests lost on the way, on stores that differ as real ones do. */
class PersonalitiesTest {
  private static final AwsBasicCredentials KEYS =
      AwsBasicCredentials.create("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

  /** With -Pchaos all of them run on the known stores. */
  private static final boolean ALL_JOURNEYS = Boolean.getBoolean("waybill.chaos.stores");

  private static final Logger DOMAIN_LOG = Logger.getLogger("io.waybill.server.upload");

  /** How a store is, and how it is told of. */
  private enum Kind {
    IDEMPOTENT_COMPLETE(s3 -> (call, honest) -> honest.get()),
    SECOND_COMPLETE_GONE(s3 -> RepeatedComplete.isGone()),
    SECOND_COMPLETE_BREAKS(s3 -> RepeatedComplete.breaks()),
    SLOW_TO_SHOW(s3 -> new SlowToShow(2, (call, honest) -> honest.get())),
    SLOW_AND_GONE(s3 -> new SlowToShow(2, RepeatedComplete.isGone())),
    SLOW_AND_BREAKS(s3 -> new SlowToShow(2, RepeatedComplete.breaks())),
    STALE_LISTINGS(s3 -> new StaleListings(1)),
    VERY_STALE_LISTINGS(s3 -> new StaleListings(2)),
    DESTRUCTIVE_ABORT(DestructiveAbort::new),
    CEPH(KnownStore.CEPH::of),
    SWIFT(KnownStore.SWIFT::of);

    @SuppressWarnings("ImmutableEnumChecker") // has no state
    private final Function<FakeAwsS3, Personality> personality;

    Kind(Function<FakeAwsS3, Personality> personality) {
      this.personality = personality;
    }

    /** Whether it makes a difference. */
    boolean concerns(Journey journey) {
      boolean completes = journey.spoilt().contains(Operation.COMPLETE_MULTIPART_UPLOAD);
      boolean lists = journey.spoilt().contains(Operation.LIST_MULTIPART_UPLOADS);
      boolean isKnown = this == CEPH || this == SWIFT;
      return completes
          || hasStaleListings()
          || this == DESTRUCTIVE_ABORT
          || (isKnown && (lists || ALL_JOURNEYS));
    }

    boolean hasStaleListings() {
      return this == STALE_LISTINGS || this == VERY_STALE_LISTINGS;
    }
  }

  private record Case(Kind kind, Journey journey, FaultProxy.Plan plan) {
    @Override
    public String toString() {
      return "%s, %s: %s %s, %d×"
          .formatted(
              kind,
              journey,
              plan.operation(),
              plan.applied() ? "loses its reply" : "is lost",
              plan.times());
    }
  }

  private static final byte[] file = new byte[(5 << 20) + 1_000];
  private static FakeAwsS3 s3;
  private static RealS3 allBuckets;
  private static FaultProxy proxy;
  private static S3Storage storage;
  private static int lastBucket;

  private String bucket;
  private RealS3 truth;

  @BeforeAll
  static void open() throws IOException {
    DOMAIN_LOG.setLevel(Level.OFF);
    new Random(7).nextBytes(file);
    s3 =
        FakeAwsS3.start(
            KEYS.accessKeyId(),
            KEYS.secretAccessKey(),
            FakeAwsS3.MIN_PART_BYTES,
            Clock.systemUTC(),
            IntStream.range(0, 1_000).mapToObj(n -> "bucket-" + n).toList());
    allBuckets = RealS3.at(s3.endpoint(), FakeAwsS3.REGION, KEYS);
    proxy = FaultProxy.before(s3.endpoint());
    storage =
        ImpatientS3.open(
            Waybill.DESTINATIONS,
            proxy.endpoint(),
            s3.endpoint(),
            FakeAwsS3.REGION,
            KEYS,
            Duration.ofSeconds(20));
  }

  @AfterAll
  static void close() throws IOException {
    storage.close();
    proxy.close();
    allBuckets.close();
    s3.close();
    DOMAIN_LOG.setLevel(null);
  }

  @BeforeEach
  void takeABucket() {
    bucket = "bucket-" + lastBucket++;
    truth = allBuckets.of(bucket);
  }

  @AfterEach
  void calm() {
    proxy.calm();
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (Journey journey : Journey.values()) {
        for (Operation operation : journey.spoilt()) {
          for (boolean applied : new boolean[] {true, false}) {
            if (kind.concerns(journey) && (applied || !operation.reads())) {
              cases.add(new Case(kind, journey, plan(operation, applied)));
            }
          }
        }
      }
    }
    return cases;
  }

  private static FaultProxy.Plan plan(Operation operation, boolean applied) {
    return new FaultProxy.Plan(operation, Fault.CUT, applied, operation.reads() ? 4 : 1);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void endsAsItShould(Case each) {
    Personality personality = each.kind().personality.apply(s3);
    s3.behave((call, honest) -> isTruth(call) ? honest.get() : personality.answer(call, honest));
    Set<Reason> passing = each.kind().hasStaleListings() ? Set.of(Reason.PARTS_MISSING) : Set.of();
    Waybill waybill = new Waybill(storage, bucket, passing);
    byte[] some = each.journey() == Journey.MULTIPART_UPLOAD ? file : new byte[] {1, 2, 3};

    each.journey()
        .run(
            new Journey.Trip(
                waybill, each.kind().hasStaleListings(), proxy, each.plan(), truth, some));

    if (personality instanceof DestructiveAbort abort) {
      assertThat(abort.destroyed()).isEmpty();
    }
  }

  /** The test's own look is honest, and does not go through the proxy. */
  private boolean isTruth(Call call) {
    return ("127.0.0.1:" + s3.endpoint().getPort()).equals(call.headers().get("host"));
  }

  @Test
  void aCreateThatLandsAfterTheSecondStartIsSweptAsAnOrphan() {
    LateLanding late = behave(new LateLanding("CreateMultipartUpload", 1));
    Waybill waybill = new Waybill(storage, bucket, Set.of());

    Upload upload = start(waybill);
    waybill.put(upload, file);
    assertThat(late.land()).isEqualTo(200);
    assertThat(s3.uploadIds(bucket)).hasSize(2);
    Upload completed = waybill.insist(() -> waybill.complete(upload));

    assertThat(s3.uploadIds(bucket)).as("the late one").hasSize(1);
    waybill.advance(Duration.ofDays(2));
    waybill.sweep();
    waybill.sweepOrphans();
    truth.assertHoldsJust(completed, file);
  }

  @Test
  void aCreateThatLandsWhenTheUploadIsDeadIsSweptToo() {
    LateLanding late = behave(new LateLanding("CreateMultipartUpload", 1));
    Waybill waybill = new Waybill(storage, bucket, Set.of());
    Upload upload = start(waybill);
    waybill.abort(upload);
    waybill.sweepForDays();

    assertThat(late.land()).isEqualTo(200);
    waybill.sweepOrphans();

    truth.assertHoldsNothing();
    assertThat(waybill.due()).isEmpty();
  }

  @Test
  void aPartThatLandsAfterItsRepetitionAndAfterTheCompleteChangesNothing() {
    LateLanding late = behave(new LateLanding("UploadPart", 1));
    Waybill waybill = new Waybill(storage, bucket, Set.of());
    Upload upload = start(waybill);
    assertThat(Uploader.tryPut(waybill.sign(upload).get(0), new byte[5 << 20])).isZero();
    waybill.put(upload, file);
    Upload completed = waybill.insist(() -> waybill.complete(upload));

    assertThat(late.land()).isEqualTo(404);

    truth.assertHoldsJust(completed, file);
  }

  /** Row 10: ETags are pinned, so other bytes are refused, and the caller puts the part again. */
  @Test
  void anotherPartThatLandsDuringCompleteIsNotTakenForTheOneThatWasSeen() {
    LateLanding late = new LateLanding("UploadPart", 1);
    AtomicBoolean landed = new AtomicBoolean();
    behave(
        (call, honest) -> {
          if (call.operation().equals("CompleteMultipartUpload") && !landed.getAndSet(true)) {
            assertThat(late.land()).isEqualTo(200);
          }
          return late.answer(call, honest);
        });
    Waybill waybill = new Waybill(storage, bucket, Set.of(Reason.PART_MISMATCH));
    Upload upload = start(waybill);
    assertThat(Uploader.tryPut(waybill.sign(upload).get(0), new byte[5 << 20])).isZero();
    waybill.put(upload, file);

    waybill.tryOnce(() -> waybill.complete(upload));
    assertThat(landed).isTrue();
    assertThat(waybill.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    // S3 does not say which part it was; the next Complete does, and offers it again.
    waybill.tryOnce(() -> waybill.complete(upload));
    assertThat(waybill.sign(upload)).extracting(SignedPart::number).containsExactly(1);
    waybill.put(upload, file);

    truth.assertHoldsJust(waybill.insist(() -> waybill.complete(upload)), file);
  }

  /** Row 20: an abort does not end the PUT of a part that is under way. */
  @Test
  void aPartThatLandsAfterTheAbortIsFreedByALaterSweep() {
    LateLanding late = new LateLanding("UploadPart", 1);
    AtomicBoolean underWay = new AtomicBoolean(true);
    behave(
        (call, honest) ->
            call.operation().equals("AbortMultipartUpload") && underWay.get()
                ? Answer.of(204, Map.of())
                : late.answer(call, honest));
    Waybill waybill = new Waybill(storage, bucket, Set.of());
    Upload upload = start(waybill);
    SignedPart part = waybill.sign(upload).get(0);
    assertThat(Uploader.tryPut(part, new byte[5 << 20])).isZero();
    waybill.abort(upload);
    assertThat(late.land()).isEqualTo(200);
    underWay.set(false);

    waybill.sweepForDays();

    truth.assertHoldsNothing();
    assertThat(waybill.due()).isEmpty();
  }

  /** I3: where its Complete may still take effect, an upload is not aborted, whoever asks. */
  @Test
  void whatMayStillBeCompletedIsNeverAborted() {
    int aborts = s3.count("AbortMultipartUpload");
    DestructiveAbort store = new DestructiveAbort(s3);
    LateLanding late = new LateLanding("CompleteMultipartUpload", 6);
    behave((call, honest) -> store.answer(call, () -> late.answer(call, honest)));
    Waybill waybill = new Waybill(storage, bucket, Set.of());
    Upload upload = start(waybill);
    waybill.put(upload, file);
    waybill.tryOnce(() -> waybill.complete(upload));
    assertThat(waybill.now(upload).state()).isEqualTo(UploadState.COMPLETING);

    waybill.tryOnce(() -> waybill.abort(upload));
    waybill.advance(Duration.ofMinutes(10));
    waybill.sweep();
    waybill.sweepOrphans();
    assertThat(late.land()).isEqualTo(200);

    Upload completed = waybill.insist(() -> waybill.complete(upload));
    waybill.sweepForDays();
    waybill.sweepOrphans();
    truth.assertHoldsJust(completed, file);
    assertThat(store.destroyed()).isEmpty();
    assertThat(s3.count("AbortMultipartUpload")).isEqualTo(aborts);
  }

  private Upload start(Waybill waybill) {
    return waybill.insist(() -> waybill.start(Waybill.OWN_KEYS, UploadMode.MULTIPART, file.length));
  }

  private <P extends Personality> P behave(P personality) {
    s3.behave(
        (Call call, Supplier<Answer> honest) -> {
          boolean honestly = isTruth(call) && !call.operation().equals("UploadPart");
          return honestly ? honest.get() : personality.answer(call, honest);
        });
    return personality;
  }
}
