package io.waybill.server.upload;

import static io.waybill.server.upload.CompleteUploadTest.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class ContentInspectionTest {
  private static final byte[] EXECUTABLE = "MZ and so on".getBytes(StandardCharsets.UTF_8);
  private static final byte[] HONEST = "%PDF-1.7".getBytes(StandardCharsets.UTF_8);

  private final Domain domain = new Domain();

  @Test
  void whatContradictsItsDeclaredTypeFailsAndItsObjectIsDeleted() {
    Upload upload = uploaded("reject", EXECUTABLE);

    UploadException failure = failure(() -> domain.complete(upload));

    assertThat(failure.reason()).isEqualTo(Reason.CONTENT_MISMATCH);
    assertThat(failure.retryAfter()).isEmpty();
    assertThat(failure.metadata())
        .containsEntry("detected", FakeContentDetector.DETECTED)
        .containsEntry("declared", upload.spec().contentType());
    assertThat(domain.now(upload).progress().failure())
        .isEqualTo(new Failure(Reason.CONTENT_MISMATCH, failure.text()));
    assertThat(domain.objects.head(upload.spec())).isEmpty();
    assertThat(failure(() -> domain.complete(upload)).metadata())
        .containsEntry("failure", "CONTENT_MISMATCH");
  }

  @Test
  void whatIsDeclaredAsItIsIsCompleted() {
    Upload upload = uploaded("reject", HONEST);

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.objects.calls(Operation.READ_START)).isEqualTo(1);
  }

  @Test
  void nothingIsReadWhereNobodyAsks() {
    Upload upload = uploaded("own", EXECUTABLE);

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.objects.calls(Operation.READ_START)).isZero();
  }

  @Test
  void anEmptyObjectIsNotRead() {
    domain.objects.sayContent(EXECUTABLE);
    Upload upload = domain.startTo("tag", 0, UploadMode.SINGLE);
    domain.objects.putObject(upload);

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
    assertThat(domain.objects.calls(Operation.READ_START)).isZero();
  }

  @Test
  void aSinglePutIsNoneWhereItsContentMayBeRejected() {
    assertThat(domain.startTo("reject", 10, UploadMode.SINGLE).spec().mode())
        .isEqualTo(UploadMode.MULTIPART);
    assertThat(domain.startTo("tag", 10, UploadMode.SINGLE).spec().mode())
        .isEqualTo(UploadMode.SINGLE);
  }

  @Test
  void aTagIsSetBeforeTheUploadIsCompleted() {
    Upload upload = uploaded("tag", EXECUTABLE);
    domain.objects.before(
        operation -> {
          if (operation == Operation.TAG) {
            assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
          }
        });

    assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);

    assertThat(domain.objects.tagsAt(upload.spec()))
        .isEqualTo(Map.of("waybill-content", "mismatch"));
    Upload honest = uploaded("tag", HONEST);
    domain.complete(honest);
    assertThat(domain.objects.tagsAt(honest.spec())).isEmpty();
  }

  @Test
  void withoutALookOrATagThereIsNoCompletion() {
    for (Operation failing : new Operation[] {Operation.READ_START, Operation.TAG}) {
      Upload upload = uploaded("tag", EXECUTABLE);
      domain.objects.fail(failing, StorageException.Kind.UNAVAILABLE);

      assertThat(failure(() -> domain.complete(upload)).reason())
          .isEqualTo(Reason.STORAGE_UNAVAILABLE);
      assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);

      domain.objects.before(operation -> {});
      assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
      assertThat(domain.objects.tagsAt(upload.spec())).isNotEmpty();
    }
  }

  @Test
  void aDeletionThatFailsIsTheSweepers() {
    Upload upload = uploaded("reject", EXECUTABLE);
    domain.objects.fail(Operation.DELETE, StorageException.Kind.UNAVAILABLE);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.CONTENT_MISMATCH);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.objects.head(upload.spec())).isPresent();

    domain.objects.before(operation -> {});
    domain.clock.advance(Duration.ofMinutes(2));
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.objects.head(upload.spec())).isEmpty();
  }

  /** The verdict is written first, or else whoever takes over would find nothing to judge. */
  @Test
  void nothingIsDeletedBeforeTheVerdictIsWritten() {
    Upload upload = uploaded("reject", EXECUTABLE);
    AtomicBoolean deleted = new AtomicBoolean();
    domain.objects.before(
        operation -> {
          if (operation == Operation.DELETE) {
            deleted.set(true);
            assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
          }
        });

    failure(() -> domain.complete(upload));

    assertThat(deleted).isTrue();
  }

  /** Issue 12, item 8: an executable without its tag would be taken for what it says it is. */
  @Test
  void whereTheStoreHasNoTagsTheUploadIsRejected() {
    Upload upload = uploaded("tag", EXECUTABLE);
    domain.objects.fail(Operation.TAG, StorageException.Kind.UNSUPPORTED);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.CONTENT_MISMATCH);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.objects.head(upload.spec())).isEmpty();

    Upload honest = uploaded("tag", HONEST);
    domain.objects.fail(Operation.TAG, StorageException.Kind.UNSUPPORTED);
    assertThat(domain.complete(honest).state()).isEqualTo(UploadState.COMPLETED);
  }

  /** A missing permission, expired credentials, ten tags: no reason to delete at once. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTagThatS3RefusesIsWaitedForUntilTheSessionEnds(boolean lifted) {
    Upload upload = uploaded("tag", EXECUTABLE);
    domain.objects.fail(Operation.TAG, StorageException.Kind.REFUSED);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.STORAGE_REFUSED);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    assertThat(domain.objects.head(upload.spec())).isPresent();

    if (lifted) {
      domain.objects.before(operation -> {});
      assertThat(domain.complete(upload).state()).isEqualTo(UploadState.COMPLETED);
      assertThat(domain.objects.tagsAt(upload.spec())).isNotEmpty();
      return;
    }
    domain.clock.advance(Duration.ofHours(25));
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.now(upload).progress().failure())
        .extracting(Failure::reason)
        .isEqualTo(Reason.STORAGE_REFUSED);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.objects.head(upload.spec())).isEmpty();
  }

  /** Item 8: it waits for the operator, but not beyond its time, and is never called COMPLETED. */
  @Test
  void whatS3RefusesToShowEndsWithItsSession() {
    Upload upload = uploaded("reject", EXECUTABLE);
    domain.objects.fail(Operation.READ_START, StorageException.Kind.REFUSED);

    assertThat(failure(() -> domain.complete(upload)).reason()).isEqualTo(Reason.STORAGE_REFUSED);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.now(upload).state()).isEqualTo(UploadState.COMPLETING);

    domain.clock.advance(Duration.ofHours(25));
    domain.sweep.execute(Duration.ZERO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.FAILED);
    assertThat(domain.now(upload).progress().failure())
        .extracting(Failure::reason)
        .isEqualTo(Reason.STORAGE_REFUSED);
    domain.sweep.execute(Duration.ZERO);
    assertThat(domain.objects.head(upload.spec())).isEmpty();
  }

  private Upload uploaded(String destination, byte[] content) {
    domain.objects.sayContent(content);
    Upload upload = domain.startTo(destination, 5, UploadMode.MULTIPART);
    domain.objects.putPart(upload, 1);
    return upload;
  }
}
