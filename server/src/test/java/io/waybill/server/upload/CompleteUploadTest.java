package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

public class CompleteUploadTest {
  private final Domain domain = new Domain();

  @Test
  void needsNoReportAtAll() {
    Upload upload = domain.startAndPutParts(3);

    Upload completed = domain.complete(upload);

    assertThat(completed.state()).isEqualTo(UploadState.COMPLETED);
    assertThat(sizeOfObject(completed)).isEqualTo(24 * MIB);
    assertThat(completed.uploadedParts()).as("the ledger learns what S3 holds").isEqualTo(3);
    assertThat(domain.complete(upload)).isEqualTo(completed);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  @Test
  void namesWhatIsMissingAndStaysOpen() {
    Upload upload = domain.start(40 * MIB, UploadMode.MULTIPART);
    domain.objects.putPart(upload, 1);
    domain.objects.putPart(upload, 4);
    domain.report(upload, 2, "a lie");

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.PARTS_MISSING);
    assertThat(failure.metadata())
        .containsEntry("missing_ranges", "2-3,5")
        .containsEntry("missing_count", "3");
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.store.partNumbers(upload).isEmpty()).as("the lie is dropped").isTrue();
  }

  @Test
  void aPartOtherThanReportedIsOfferedAgain() {
    Upload upload = domain.startAndPutParts(2);
    domain.report(upload, 1, "another etag");
    domain.report(upload, 2, "etag-2-" + 8 * MIB);

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.PART_MISMATCH);
    assertThat(failure.metadata()).containsEntry("parts", "1");
    assertThat(domain.store.partNumbers(upload).cardinality()).isEqualTo(1);
    assertThat(domain.complete(upload).state())
        .as("S3's word counts once nothing contradicts it")
        .isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void faults7AProxyThatChangesEtagsIsNoMismatchWhereTheChecksumsAgree() {
    StartUpload.Request request =
        Domain.request("r", "own", 16 * MIB, UploadMode.MULTIPART, ChecksumAlgorithm.CRC32C);
    Upload upload = domain.start.execute(ACME, request).upload();
    Checksum one = Checksum.of(new byte[] {0, 0, 0, 1});
    Checksum two = Checksum.of(new byte[] {0, 0, 0, 2});
    domain.objects.putPart(upload, 1, 8 * MIB, one);
    domain.objects.putPart(upload, 2, 8 * MIB, two);
    domain.report(upload, 1, "W/\"etag-1-" + 8 * MIB + '"', null);
    domain.report(upload, 2, "\"etag-2-zipped\"", two);

    Upload completed = domain.complete(upload);

    assertThat(completed.state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.store.parts(completed, 0, 2))
        .as("the manifest has S3's own ETags")
        .extracting(Part::etag)
        .containsExactly("etag-1-" + 8 * MIB, "etag-2-" + 8 * MIB);
    domain.report(completed, 1, "W/\"etag-1-" + 8 * MIB + '"', null);
    assertThat(failure(() -> domain.report(completed, 1, "etag-1-" + 8 * MIB, two)).reason())
        .isEqualTo(Reason.UPLOAD_COMPLETED);
  }

  @Test
  void aPartOfAnotherSizeIsNeverPutIn() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.putPart(upload, 2, 7 * MIB, null);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.PART_MISMATCH);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isZero();
  }

  @Test
  void aLostReplyIsFoundOutFromTheObject() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.after(
        operation -> {
          throw new StorageException(StorageException.Kind.UNAVAILABLE, "reset");
        });

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  @Test
  void aStorageThatDoesNotAnswerLeavesItToTheNextCaller() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(failure.retryAfter()).isPresent();
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void anAnswerWithoutAnObjectIsNoSuccess() {
    Upload upload = domain.startAndPutParts(1);
    AtomicInteger heads = new AtomicInteger();
    domain.objects.before(
        operation -> {
          if (operation == Operation.HEAD && heads.incrementAndGet() > 1) {
            throw new StorageException(StorageException.Kind.UNAVAILABLE, "no HEAD now");
          }
        });

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
  }

  @Test
  void partsThatS3RefusesReopenTheUploadWithTheReason() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.PARTS_REFUSED);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.PART_MISMATCH);

    Upload reopened = domain.now(upload);
    assertThat(reopened.state()).isEqualTo(UploadState.ACTIVE);
    assertThat(reopened.progress().failure())
        .isEqualTo(new Failure(Reason.PART_MISMATCH, "S3 refused the parts"));
  }

  @Test
  void aRefusalForLackOfPermissionIsTheOperatorsAndLosesNothing() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.REFUSED);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.STORAGE_REFUSED);

    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void anotherObjectAtTheKeyFailsTheUploadForGood() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.putObject(upload.spec(), 24 * MIB, null);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.OBJECT_EXISTS);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    UploadException later = failure(() -> domain.complete(upload));
    assertThat(later.reason()).isEqualTo(Reason.UPLOAD_FAILED);
    assertThat(later.metadata()).containsEntry("failure", "OBJECT_EXISTS");
  }

  @Test
  void whereOverwritingIsAllowedTheOldObjectGives() {
    Upload upload = domain.start.execute(ACME, Domain.request("r", "over", MIB, null)).upload();
    assertThat(upload.spec().mode()).as("a URL that dies with it").isEqualTo(UploadMode.MULTIPART);
    domain.objects.putObject(upload.spec(), 5, null);
    domain.objects.putPart(upload, 1);

    assertThat(sizeOfObject(domain.complete(upload))).isEqualTo(MIB);
  }

  @Test
  void aMultipartUploadThatS3DroppedFailsAtOnce() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.forgetMultipartUploads();

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UPLOAD_GONE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
  }

  @Test
  void partsThatAreSaidToBeGoneOfAnUploadThatIsListedAreAskedForAgain() {
    Upload upload = domain.startAndPutParts(2);
    domain.report(upload, 1, "");
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.GONE);

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(failure.retryAfter()).isPresent();
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.now(upload).uploadedParts()).isEqualTo(1);
    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** Both are wrong, once. */
  @Test
  void anUploadThatIsNeitherListedNorKnownOnceIsLookedForAgain() {
    Upload upload = domain.startAndPutParts(2);
    AtomicInteger lists = new AtomicInteger();
    domain.objects.before(
        operation -> {
          if (operation == Operation.LIST_PARTS && lists.get() <= 2) {
            throw new StorageException(StorageException.Kind.GONE, "NoSuchUpload");
          }
          if (operation == Operation.LIST_UPLOADS && lists.incrementAndGet() <= 2) {
            domain.objects.hideUploads(true);
          } else if (operation == Operation.LIST_UPLOADS) {
            domain.objects.hideUploads(false);
          }
        });

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);

    assertThat(lists.get()).isGreaterThan(2);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** Not even for ever: a list that lacks an upload says nothing while its parts are listed. */
  @Test
  void anUploadThatNoListShowsGoesOnWhileItsPartsAreThere() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.hideUploads(true);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    failure(() -> domain.complete(upload));
    domain.objects.before(operation -> {});
    domain.clock.advance(Domain.TIMING.completeGrace().plusMinutes(1));

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** As S3Proxy, which lists the parts of an upload that it does not complete any more. */
  @Test
  void anUploadThatOnlyItsPartsSpeakForEndsWithItsSession() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.hideUploads(true);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.GONE);
    UploadException last = failure(() -> domain.complete(upload));
    for (int hours = 0; hours < 48 && last.reason() == Reason.STORAGE_UNAVAILABLE; hours++) {
      domain.clock.advance(Duration.ofHours(1));
      last = failure(() -> domain.complete(upload));
    }

    assertThat(last.reason()).isEqualTo(Reason.STORAGE_UPLOAD_GONE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
  }

  @Test
  void whereNoListCanBeReadTheUploadWaits() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    failure(() -> domain.complete(upload));
    domain.objects.fail(Operation.LIST_UPLOADS, StorageException.Kind.UNAVAILABLE);
    for (int hours = 0; hours < 48; hours++) {
      domain.clock.advance(Duration.ofHours(1));
      assertThat(failure(() -> domain.complete(upload)).reason())
          .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    }

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aLedgerOfHintsIsNeverSentAsAManifest() {
    Upload upload = domain.startAndPutParts(2);
    domain.report(upload, 1, "");
    domain.objects.before(
        operation -> {
          if (operation == Operation.LIST_PARTS) {
            domain.objects.forgetMultipartUploads();
            throw new StorageException(StorageException.Kind.GONE, "no such upload");
          }
          if (operation == Operation.HEAD) {
            throw new StorageException(StorageException.Kind.UNAVAILABLE, "reset");
          }
          assertThat(operation).isNotEqualTo(Operation.COMPLETE);
        });
    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);

    domain.objects.before(operation -> assertThat(operation).isNotEqualTo(Operation.COMPLETE));
    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UPLOAD_GONE);
  }

  @Test
  void anUploadThatWasCalledGoneAndIsListedIsOpenAgain() {
    Upload upload = domain.startAndPutParts(2);
    assertThat(domain.store.replace(upload, upload.progress().completing(domain.clock.instant())))
        .isTrue();

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(failure.retryAfter()).isPresent();
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isZero();
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void afterAnAmbiguousAttemptNothingIsCalledGoneBeforeTheGraceIsOver() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.before(
        operation -> {
          if (operation == Operation.COMPLETE) {
            domain.objects.forgetMultipartUploads();
            throw new StorageException(StorageException.Kind.UNAVAILABLE, "reset");
          }
        });

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    domain.clock.advance(Domain.TIMING.completeGrace().minusMinutes(1));
    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);

    domain.clock.advance(Domain.TIMING.completeGrace());
    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UPLOAD_GONE);
  }

  /** Found by the simulator: it stayed COMPLETING for ever. */
  @Test
  void onceTheGraceIsOverARefusalReopensWhatAnAmbiguousAttemptHeld() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.COMPLETE, StorageException.Kind.UNAVAILABLE);
    failure(() -> domain.complete(upload));
    domain.objects.before(operation -> {});
    domain.objects.putPart(upload, 1, 8 * MIB - 1, null);

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    domain.clock.advance(Domain.TIMING.completeGrace());
    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.PART_MISMATCH);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
  }

  /** Found by the simulator: the ledger's hints were sent, which may be a part of the file only. */
  @Test
  void anUploadThatS3DidNotKnowForAWhileIsOpenedAgainAndNothingIsSent() {
    Upload upload = domain.startAndPutParts(2);
    domain.report(upload, 1, "etag-1-" + 8 * MIB);
    domain.objects.fail(Operation.LIST_PARTS, StorageException.Kind.GONE);

    assertThat(failure(() -> domain.complete(upload)).reason())
        .isEqualTo(Reason.STORAGE_UNAVAILABLE);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isZero();
    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** Found by the simulator. */
  @Test
  void aCompletionTakenOverBeforeItsManifestWasKnownSendsNoSubset() {
    Upload upload = domain.startAndPutParts(2);
    domain.report(upload, 1, "etag-1-" + 8 * MIB);
    Progress completing = upload.progress().completing(domain.clock.instant());
    assertThat(domain.store.replace(upload, completing)).isTrue();

    failure(() -> domain.complete(upload));

    assertThat(domain.objects.calls(Operation.COMPLETE)).isZero();
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
  }

  @Test
  void aSinglePutThatNeverCameIsMissingAndStaysOpen() {
    Upload upload = domain.start(5, UploadMode.SINGLE);

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.PARTS_MISSING);
    assertThat(failure.metadata()).containsEntry("missing_ranges", "1");
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ACTIVE);
    domain.objects.putObject(upload);
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aStrangersObjectIsNeverTakenForASinglePut() {
    Upload upload = domain.start(5, UploadMode.SINGLE);
    domain.objects.putObject(upload.spec(), 5, null);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.OBJECT_EXISTS);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
  }

  @Test
  void anObjectOfAnotherSizeIsNeverCalledComplete() {
    Upload upload = domain.start(5, UploadMode.SINGLE);
    domain.objects.putObject(upload.spec(), 6, upload.id());

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.SIZE_MISMATCH);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
  }

  @Test
  void whoeverFindsTheLeaseRunOutSendsTheSameManifest() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.fail(Operation.HEAD, StorageException.Kind.UNAVAILABLE);
    Upload dead = left(upload, domain.clock.instant().plus(Domain.TIMING.completeLease()));
    domain.objects.before(operation -> {});

    assertThat(failure(() -> domain.complete(dead)).reason())
        .as("the lease still runs")
        .isEqualTo(Reason.UPLOAD_COMPLETING);
    domain.clock.advance(Domain.TIMING.completeLease());
    assertThat(domain.complete(dead).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aHolderThatLostItsFenceWritesNothingAnyMore() {
    Upload upload = domain.startAndPutParts(2);
    domain.objects.before(
        operation -> {
          if (operation == Operation.COMPLETE) {
            Upload now = domain.now(upload);
            domain.store.replace(now, now.progress().takenOver(domain.clock.instant()));
          }
        });

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.UPLOAD_COMPLETING);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    domain.objects.before(operation -> {});
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** Found by the simulator: the attempt was forgotten, and the upload might have been aborted. */
  @Test
  void whoReadTheSessionBeforeAnAttemptCannotTakeItOverAfterwards() {
    Upload upload = domain.startAndPutParts(2);
    Upload seen = left(upload, domain.clock.instant());
    Progress attempting =
        seen.progress().attempting(domain.clock.instant(), domain.clock.instant());
    assertThat(domain.store.replace(seen, attempting)).isTrue();

    assertThat(domain.store.replace(seen, seen.progress().takenOver(domain.clock.instant())))
        .isFalse();
    assertThat(domain.now(upload).progress().unsettledSince()).isNotNull();
  }

  @Test
  void aDatabaseThatWasAwayDoesNotBlockTheUploadForTheRestOfTheLease() {
    Upload upload = domain.startAndPutParts(2);
    UploadException away = new UploadException(Reason.STORE_UNAVAILABLE, "away", Map.of());
    domain.objects.after(operation -> domain.store.breakWith(away));
    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.STORE_UNAVAILABLE);
    domain.store.breakWith(null);

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  @Test
  void aFullBulkheadRefusesAtOnce() {
    Upload upload = domain.startAndPutParts(1);
    CompleteUpload full =
        domain.complete(
            task -> {
              throw UploadException.overloaded("completions");
            });

    assertThat(full.execute(ACME, upload.id()).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOfSatisfying(
            UploadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void aForeignTenantsUploadIsUnknown() {
    Upload upload = domain.startAndPutParts(1);

    assertThat(
            failure(() -> domain.complete(Runnable::run).execute(Domain.OTHER, upload.id()))
                .reason())
        .isEqualTo(Reason.UPLOAD_NOT_FOUND);
  }

  /** A server that died right after it had written the manifest. */
  private Upload left(Upload upload, Instant leaseUntil) {
    Progress completing = upload.progress().completing(leaseUntil);
    List<Part> manifest =
        domain.objects.listParts(upload.spec(), upload.progress().storageUploadId(), 0, 9).parts();
    assertThat(
            domain.store.replace(
                upload, completing, new UploadStore.LedgerChange(manifest, List.of())))
        .isTrue();
    return domain.now(upload);
  }

  private static long sizeOfObject(Upload completed) {
    return Objects.requireNonNull(completed.progress().object()).sizeBytes();
  }

  static UploadException failure(ThrowingCallable call) {
    UploadException failure = catchThrowableOfType(UploadException.class, call);
    assertThat(failure).as("it did not fail").isNotNull();
    return failure;
  }
}
