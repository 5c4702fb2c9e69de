package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code complete_on_event} does where S3 tells nobody. */
public class CompleteByItselfTest {
  private static final Duration LIFE = Duration.ofHours(24);

  private final Domain domain = new Domain();

  @Test
  void theLastReportCompletesTheUpload() {
    Upload upload = startAndPut("auto", 3);
    domain.report(upload, 3, "");
    domain.report(upload, 1, "");
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);

    domain.report(upload, 2, "");

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
    domain.report(upload, 2, "");
  }

  @Test
  void aFullLedgerIsNothingWhereTheDestinationDoesNotSaySo() {
    Upload upload = startAndPut("own", 2);

    domain.report(upload, 1, "");
    domain.report(upload, 2, "");

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.objects.calls(Operation.LIST_PARTS)).isZero();
  }

  @Test
  void aLedgerOfLiesCompletesNothing() {
    Upload upload = domain.startTo("auto", 16 * MIB, UploadMode.MULTIPART);
    domain.objects.putPart(upload, 1);

    domain.report(upload, 1, "");
    domain.report(upload, 2, "");

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.now(upload).uploadedParts()).as("the lie is dropped").isEqualTo(1);
    domain.objects.putPart(upload, 2);
    domain.report(upload, 2, "");
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aReportIsAnsweredWhateverBecomesOfTheCompletion() {
    Upload upload = startAndPut("auto", 1);
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);

    domain.report(upload, 1, "");

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.now(upload).uploadedParts()).isEqualTo(1);
  }

  @Test
  void whatFailsInPassingIsLookedAtAgain() {
    Upload upload = startAndPut("auto", 2);
    domain.report(upload, 1, "");
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);
    domain.report(upload, 2, "");
    domain.report(upload, 2, "");
    assertThat(domain.alarms).as("one, however often it is reported").hasSize(1);

    assertThat(domain.ring()).isEqualTo(Duration.ofSeconds(10));
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    domain.objects.before(operation -> {});
    assertThat(domain.ring()).isEqualTo(Duration.ofSeconds(20));

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.alarms).isEmpty();
  }

  @Test
  void whatDoesNotPassIsGivenUpAfterMinutes() {
    Upload upload = startAndPut("auto", 1);
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);
    Instant begin = domain.clock.instant();
    domain.report(upload, 1, "");
    while (!domain.alarms.isEmpty()) {
      domain.ring();
    }

    assertThat(Duration.between(begin, domain.clock.instant())).isEqualTo(Duration.ofSeconds(630));
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
  }

  @Test
  void whatIsNotTrueIsNotLookedAtAgain() {
    Upload upload = domain.startTo("auto", 8 * MIB, UploadMode.MULTIPART);

    domain.report(upload, 1, "");

    assertThat(domain.objects.calls(Operation.LIST_PARTS)).isPositive();
    assertThat(domain.alarms).isEmpty();
  }

  @Test
  void noMoreThanSoManyWaitToBeLookedAtAgain() {
    List<Upload> uploads = new ArrayList<>();
    for (int i = 0; i <= 10_000; i++) {
      uploads.add(domain.startTo("auto", 5, UploadMode.SINGLE));
    }
    domain.objects.fail(Operation.HEAD, StorageException.Kind.UNAVAILABLE);

    uploads.forEach(upload -> domain.report(upload, 1, ""));

    assertThat(domain.alarms).hasSize(10_000);
  }

  @Test
  void whatNobodyReportedIsCompletedAtTheSessionsEnd() {
    Upload multipart = startAndPut("auto", 2);
    Upload single = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(single);
    Upload reported = domain.startTo("auto", 16 * MIB, UploadMode.MULTIPART);
    domain.report(reported, 1, "");
    Upload nothing = domain.startTo("auto", 5, UploadMode.SINGLE);
    Upload left = startAndPut("own", 2);

    assertThat(sweepAfter(LIFE.plusMinutes(1)))
        .filteredOn(swept -> swept.action() == Swept.Action.LAST_LOOK)
        .hasSize(4)
        .allMatch(swept -> swept.outcome() == Swept.Outcome.DONE);

    assertThat(domain.now(multipart).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.now(single).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.now(reported).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(domain.now(nothing).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(domain.now(left).state()).isEqualTo(UploadState.EXPIRED);
  }

  /** A tenant's uploads that nobody reported take their turn; what lies behind them need not. */
  @Test
  void whatWaitsForItsTurnHidesNothingBehindIt() {
    for (int i = 0; i < 5_100; i++) {
      domain.objects.putObject(domain.startTo("auto", 5, UploadMode.SINGLE));
    }
    Upload behind = domain.startTo("own", 5, UploadMode.SINGLE);

    List<Swept> swept = sweepAfter(LIFE.plusMinutes(1));

    assertThat(domain.now(behind).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(swept).filteredOn(each -> each.outcome() == Swept.Outcome.DONE).hasSize(65);
  }

  @Test
  void aDryRunSaysThatItWouldLook() {
    Upload upload = startAndPut("auto", 1);
    domain.clock.advance(LIFE);

    assertThat(domain.sweep.plan())
        .extracting(Swept::action)
        .containsExactly(Swept.Action.LAST_LOOK);

    assertThat(domain.objects.calls(Operation.LIST_PARTS)).isZero();
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
  }

  @Test
  void aReportThatLiedDoesNotLoseTheUpload() {
    Upload upload = startAndPut("auto", 2);
    domain.report(upload, 1, "a lie");

    sweepAfter(LIFE.plusMinutes(1));
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    sweepAfter(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aSilentS3IsWaitedForButNotForEver() {
    Upload upload = startAndPut("auto", 2);
    Upload another = startAndPut("auto", 2);
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.UNAVAILABLE);

    assertThat(sweepAfter(LIFE.plusMinutes(1)))
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.LATER, Swept.Outcome.LATER);
    assertThat(domain.objects.calls(Operation.LIST_PARTS)).as("asked once to a pass").isEqualTo(1);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);

    sweepAfter(Domain.TIMING.putGrace());
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(domain.now(another).state()).isEqualTo(UploadState.EXPIRED);
  }

  /** A stranger's object that he encrypted himself, say: HEAD answers 400. */
  @Test
  void whatS3RefusesToTellOfOneUploadHoldsUpNoOther() {
    Upload refused = startAndPut("auto", 2);
    Upload whole = startAndPut("auto", 2);
    Upload empty = domain.startTo("auto", 16 * MIB, UploadMode.MULTIPART);
    domain.objects.before(
        operation -> {
          if (operation == Operation.LIST_PARTS
              && domain.objects.calls(Operation.LIST_PARTS) == 1) {
            throw new StorageException(StorageException.Kind.REFUSED, "400");
          }
        });

    sweepAfter(LIFE.plusMinutes(1));

    assertThat(domain.now(refused).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.now(whole).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.now(empty).state()).isEqualTo(UploadState.EXPIRED);
  }

  /** A bucket whose rights were taken away, say. */
  @Test
  void aDestinationThatRefusesEverythingHoldsUpNoOtherAndIsNotAskedForEver() {
    for (int i = 0; i < 600; i++) {
      domain.startTo("auto", 16 * MIB, UploadMode.MULTIPART);
    }
    domain.clock.advance(Duration.ofSeconds(1));
    Upload other = domain.startTo("exact-auto", 16 * MIB, UploadMode.MULTIPART);
    domain.objects.before(
        operation -> {
          if (operation == Operation.LIST_PARTS
              && domain.objects.calls(Operation.LIST_PARTS) <= 20) {
            throw new StorageException(StorageException.Kind.REFUSED, "403");
          }
        });

    sweepAfter(LIFE.plusMinutes(1));

    assertThat(domain.objects.calls(Operation.LIST_PARTS)).isEqualTo(21);
    assertThat(domain.now(other).state()).isEqualTo(UploadState.EXPIRED);
  }

  @Test
  void whatS3RefusesToPutTogetherEndsAfterAll() {
    Upload upload = startAndPut("auto", 2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.PARTS_REFUSED);

    sweepAfter(LIFE.plusMinutes(1));

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  @Test
  void aCompleteThatTheDatabaseHasLostIsFoundOut() {
    Upload upload = startAndPut("auto", 2);
    domain.objects.putObject(upload);
    domain.objects.forgetMultipartUploads();

    sweepAfter(LIFE.plusMinutes(1));

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  private Upload startAndPut(String destination, int parts) {
    Upload upload = domain.startTo(destination, parts * 8L * MIB, UploadMode.MULTIPART);
    for (int n = 1; n <= parts; n++) {
      domain.objects.putPart(upload, n);
    }
    return upload;
  }

  private List<Swept> sweepAfter(Duration time) {
    domain.clock.advance(time);
    return domain.sweep.execute(Duration.ZERO);
  }
}
