package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

public class SweepUploadsTest {
  private final Domain domain = new Domain();

  @Test
  void endsASessionWhoseTimeRanOutAndFreesItsParts() {
    Upload upload = domain.startAndPutParts(2);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);

    domain.clock.advance(Duration.ofHours(24));
    assertThatThrownBy(() -> domain.report(upload, 1, ""))
        .isInstanceOfSatisfying(
            UploadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UPLOAD_EXPIRED));
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.EXPIRED);
    assertThat(domain.objects.multipartUploads()).isZero();
  }

  @Test
  void completeIsTakenUntilTheSweeperWasThere() {
    Upload upload = domain.startAndPutParts(2);
    domain.clock.advance(Duration.ofHours(25));

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aSignOfLifePutsTheEndOff() {
    Upload upload = domain.startAndPutParts(2);
    domain.clock.advance(Duration.ofHours(23));
    domain.report(upload, 1, "");
    domain.clock.advance(Duration.ofHours(23));

    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
  }

  @Test
  void nothingPutsItOffPastItsGreatestAge() {
    Upload upload = domain.startAndPutParts(1);
    for (int hours = 0; hours < 6 * 24; hours += 12) {
      domain.report(upload, 1, "");
      domain.clock.advance(Duration.ofHours(12));
    }

    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.EXPIRED);
  }

  @Test
  void aSinglePutThatLandsAfterTheAbortIsDeletedOnceNoUrlCanBeInUse() {
    Upload upload = domain.start(5, UploadMode.SINGLE);
    domain.signParts.executeNextMissing(ACME, upload.id(), 1, null).toCompletableFuture().join();
    domain.abort.execute(ACME, upload.id());
    domain.objects.putObject(upload);

    domain.clock.advance(Domain.TIMING.putGrace().plus(Duration.ofHours(1)));
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.head(upload.spec())).isEmpty();
    domain.clock.advance(Domain.TIMING.cleanRetry());
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.store.due(Instant.MAX, 10)).as("nothing is left to do").isEmpty();
  }

  /** FAULTS 4, issue 12, item 7: it is told of, and the sweeper comes to an end. */
  @Test
  void atAnExactKeyOfAStoreThatDeletesOnNoConditionTheObjectIsReportedAndStays() {
    domain.objects.refuseConditionalDeletes();
    Upload upload = aborted("exact");

    assertThat(sweep()).containsExactly(Swept.Outcome.LATER);
    assertThat(domain.objects.head(upload.spec())).isPresent();
    assertThat(domain.store.due(Instant.MAX, 10)).as("nobody can do more about it").isEmpty();
  }

  /** FAULTS 4: the same store, where the key can be nobody else's. */
  @Test
  void atAKeyWithTheUploadsIdItIsDeletedOnSuchAStoreToo() {
    domain.objects.refuseConditionalDeletes();
    Upload upload = aborted("own");

    assertThat(sweep()).containsExactly(Swept.Outcome.DONE);
    assertThat(domain.objects.head(upload.spec())).isEmpty();
  }

  /** Item 7, invariant I10: S3's word for a deletion is not enough. */
  @Test
  void whatS3SaysItHasDeletedAndStillShowsIsNotDone() {
    Upload upload = aborted("own");
    domain.objects.after(
        operation -> {
          if (operation == Operation.DELETE) {
            domain.objects.putObject(upload);
          }
        });

    assertThat(sweep()).containsExactly(Swept.Outcome.LATER);
    assertThat(domain.store.due(Instant.MAX, 10)).hasSize(1);

    domain.objects.after(operation -> {});
    domain.clock.advance(Domain.TIMING.cleanRetry());
    assertThat(sweep()).containsExactly(Swept.Outcome.DONE);
    assertThat(domain.objects.head(upload.spec())).isEmpty();
  }

  /** A single PUT that landed after the abort, once no URL can be in use any more. */
  private Upload aborted(String destination) {
    Upload upload = domain.startTo(destination, 5, UploadMode.SINGLE);
    domain.abort.execute(ACME, upload.id());
    domain.objects.putObject(upload);
    domain.clock.advance(Domain.TIMING.putGrace().plus(Duration.ofHours(1)));
    return upload;
  }

  private List<Swept.Outcome> sweep() {
    return domain.sweep.execute(Duration.ZERO).stream().map(Swept::outcome).toList();
  }

  @Test
  void whatWasCompletedBeforeTheDatabaseLostItsTailIsNeverDestroyed() {
    Upload before = domain.startAndPutParts(2);
    domain.objects.putObject(before); // the Complete that the database has forgotten

    assertThat(domain.abort.execute(ACME, before.id()).state()).isEqualTo(UploadState.ABORTED);
    domain.clock.advance(Duration.ofDays(3));
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.head(before.spec())).isPresent();
    assertThat(domain.objects.calls(Operation.ABORT)).isZero();
    assertThat(domain.objects.calls(Operation.DELETE)).isZero();
  }

  @Test
  void aStrangersObjectIsLeftAlone() {
    Upload upload = domain.start(5, UploadMode.SINGLE);
    domain.abort.execute(ACME, upload.id());
    domain.objects.putObject(upload.spec(), 5, null);

    domain.clock.advance(Duration.ofDays(3));
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.head(upload.spec())).isPresent();
  }

  @Test
  void cleaningThatS3DoesNotAnswerIsTriedAgain() {
    Upload upload = domain.startAndPutParts(1);
    domain.objects.fail(Operation.ABORT, StorageException.Kind.UNAVAILABLE);
    assertThat(domain.abort.execute(ACME, upload.id()).state()).isEqualTo(UploadState.ABORTED);
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);

    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.cleanRetry());
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.multipartUploads()).isZero();
  }

  @Test
  void anAbortThatS3AnsweredAndDidNotDoIsSeenByTheList() {
    domain.startAndPutParts(1);
    domain.objects.fail(Operation.ABORT, StorageException.Kind.GONE);
    domain.clock.advance(Duration.ofDays(3));

    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
    assertThat(domain.store.due(Instant.MAX, 10)).as("it is not done yet").isNotEmpty();

    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.cleanRetry());
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.multipartUploads()).isZero();
    assertThat(domain.store.due(Instant.MAX, 10)).as("nothing is left to do").isEmpty();
  }

  @Test
  void nothingIsDoneWhileTheListHasTheUpload() {
    domain.startAndPutParts(1);
    domain.objects.fail(Operation.ABORT, StorageException.Kind.GONE);
    domain.clock.advance(Duration.ofDays(3));

    assertThat(domain.sweep.execute(Duration.ZERO))
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.LATER);

    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.cleanRetry());
    assertThat(domain.sweep.execute(Duration.ZERO))
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.DONE);
    assertThat(domain.objects.multipartUploads()).isZero();
  }

  /** Ceph may answer 500 to the abort of what it does not know. */
  @Test
  void anAbortThatBreaksIsDoneWhereThePartsAndTheListSayThatItIsGone() {
    domain.startAndPutParts(1);
    domain.objects.forgetMultipartUploads();
    domain.objects.fail(Operation.ABORT, StorageException.Kind.UNAVAILABLE);
    domain.clock.advance(Duration.ofDays(3));

    assertThat(domain.sweep.execute(Duration.ZERO))
        .extracting(Swept::outcome)
        .containsExactly(Swept.Outcome.DONE);
    assertThat(domain.store.due(Instant.MAX, 10)).as("nothing is left to do").isEmpty();
  }

  @Test
  void aLostUploadThatIsStillListedAfterItsAbortIsNotForgotten() {
    Upload upload = crashedStart("late");
    domain.clock.advance(Duration.ofDays(3));
    domain.objects.fail(Operation.ABORT, StorageException.Kind.GONE);

    domain.sweep.execute(Duration.ZERO);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.store.due(Instant.MAX, 10)).as("it is not done yet").isNotEmpty();

    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.cleanRetry());
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.objects.multipartUploads()).isZero();
    assertThat(domain.store.due(Instant.MAX, 10)).as("nothing is left to do").isEmpty();
  }

  @Test
  void anObjectIsLookedForAgainAfterItsDeletion() {
    Upload upload = domain.start(5, UploadMode.SINGLE);
    domain.abort.execute(ACME, upload.id());
    domain.objects.putObject(upload);
    domain.clock.advance(Duration.ofDays(3));

    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.store.due(Instant.MAX, 10)).as("S3's word for it is not enough").isNotEmpty();

    domain.clock.advance(Domain.TIMING.cleanRetry());
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.store.due(Instant.MAX, 10)).as("nothing is left to do").isEmpty();
  }

  @Test
  void aCompletionLeftHalfDoneIsFinished() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    assertThatThrownBy(() -> domain.complete(upload)).isInstanceOf(UploadException.class);
    domain.objects.before(operation -> {});

    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aPassTakesOverAFewCompletionsAndLeavesTheOthersToTheNext() {
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    for (int i = 0; i < 10; i++) {
      Upload upload = domain.startAndPutParts(1);
      assertThatThrownBy(() -> domain.complete(upload)).isInstanceOf(UploadException.class);
    }
    assertThat(outcomes()).as("what fails is for later").containsOnly(Swept.Outcome.LATER);
    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.completeLease());

    assertThat(outcomes()).isEqualTo(Collections.nCopies(8, Swept.Outcome.DONE));
    assertThat(outcomes()).isEqualTo(Collections.nCopies(2, Swept.Outcome.DONE));
  }

  private List<Swept.Outcome> outcomes() {
    return domain.sweep.execute(Duration.ZERO).stream().map(Swept::outcome).toList();
  }

  @Test
  void aStartLeftHalfDoneIsFinishedOrGivenUp() {
    Upload soon = crashedStart("soon");
    domain.clock.advance(Domain.TIMING.createLease());
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(soon).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.objects.multipartUploads()).as("the lost one is gone").isEqualTo(1);

    Upload late = crashedStart("late");
    domain.clock.advance(Duration.ofHours(25));
    domain.sweep.execute(Duration.ZERO);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(late).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.objects.multipartUploads()).isZero();
  }

  /** The server died after S3 had created the upload, before it could write the id down. */
  private Upload crashedStart(String requestId) {
    domain.objects.after(
        operation -> {
          throw new IllegalStateException("kill -9");
        });
    assertThatThrownBy(
            () ->
                domain.start.execute(
                    ACME, Domain.request(requestId, "own", 20 * MIB, UploadMode.MULTIPART)))
        .hasMessage("kill -9");
    domain.objects.after(operation -> {});
    return domain.store.due(Instant.MAX, 100).stream()
        .filter(upload -> upload.state() == UploadState.CREATING)
        .findFirst()
        .orElseThrow();
  }
}
