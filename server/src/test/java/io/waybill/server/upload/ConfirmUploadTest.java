package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

public class ConfirmUploadTest {
  private final Domain domain = new Domain();

  @ParameterizedTest
  @ValueSource(strings = {"auto", "exact-auto"})
  void aSinglePutThatNobodyReportedIsCompleted(String destination) {
    Upload upload = domain.startTo(destination, 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);

    assertThat(confirm(upload)).isEqualTo(Confirmation.COMPLETED);

    Upload completed = domain.now(upload);
    assertThat(completed.state()).isEqualTo(UploadState.COMPLETED);
    assertThat(completed.uploadedParts()).isEqualTo(1);
    assertThat(confirm(upload)).as("again").isEqualTo(Confirmation.NOTHING_TO_DO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"own", "exact"})
  void itIsLeftToItsCallerWhereTheDestinationDoesNotSaySo(String destination) {
    Upload upload = domain.startTo(destination, 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);

    assertThat(confirm(upload)).isEqualTo(Confirmation.NOTHING_TO_DO);

    assertThat(domain.now(upload)).isEqualTo(upload);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "exact-auto"})
  void aForgedWordChangesNothing(String destination) {
    Upload upload = domain.startTo(destination, 5, UploadMode.SINGLE);

    int heads = domain.objects.calls(Operation.HEAD);

    assertThat(confirm(upload)).isNotEqualTo(Confirmation.COMPLETED);

    assertThat(domain.now(upload)).isEqualTo(upload);
    assertThat(domain.objects.calls(Operation.HEAD) - heads)
        .as("once, or once for each destination of exact keys that could be meant")
        .isEqualTo(destination.equals("auto") ? 1 : 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "exact-auto"})
  void aStrangersObjectIsNotBelieved(String destination) {
    Upload upload = domain.startTo(destination, 5, UploadMode.SINGLE);
    domain.objects.putObject(upload.spec(), 5, null);

    assertThat(confirm(upload)).isNotEqualTo(Confirmation.COMPLETED);

    assertThat(domain.now(upload)).isEqualTo(upload);
  }

  @Test
  void whatIsNotOursCostsNoQuestionToS3() {
    Destination auto = domain.destinations.find("auto").orElseThrow();
    ConfirmUpload alone =
        new ConfirmUpload(
            domain.store,
            domain.objects,
            new Destinations(List.of(auto)),
            domain.complete(Runnable::run));
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);
    UploadSpec spec = upload.spec();
    String neighbour = spec.key().replace(spec.id().toString(), Domain.UNUSED_ID);

    for (String key :
        List.of("x", "", "auto/", neighbour, spec.key() + "x", "x" + spec.key(), "auto//a/b")) {
      assertThat(confirm(alone, spec.bucket(), key)).as(key).isEqualTo(Confirmation.UNKNOWN);
    }
    assertThat(confirm(alone, "another-bucket", spec.key())).isEqualTo(Confirmation.UNKNOWN);

    assertThat(domain.objects.calls(Operation.HEAD)).isZero();
    assertThat(domain.now(upload)).isEqualTo(upload);
  }

  @Test
  void anObjectOfAnotherSizeFailsTheUploadAsCompleteWould() {
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(upload.spec(), 6, upload.id());

    assertThat(confirm(upload)).isEqualTo(Confirmation.NOT_CONFIRMED);

    assertThat(domain.now(upload).progress().failure())
        .extracting(Failure::reason)
        .isEqualTo(Reason.SIZE_MISMATCH);
  }

  @Test
  void anAbortedUploadIsNotBroughtBack() {
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.abort.execute(ACME, upload.id());
    domain.objects.putObject(upload);

    assertThat(confirm(upload)).isEqualTo(Confirmation.NOTHING_TO_DO);

    assertThat(domain.now(upload).state()).isEqualTo(UploadState.ABORTED);
  }

  @ParameterizedTest
  @EnumSource(
      value = StorageException.Kind.class,
      names = {"UNAVAILABLE", "REFUSED"})
  void aStorageThatDoesNotAnswerIsAReasonToComeAgain(StorageException.Kind kind) {
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);
    domain.objects.fail(Operation.HEAD, kind);

    assertThat(confirm(upload)).isEqualTo(Confirmation.LATER);

    domain.objects.before(operation -> {});
    assertThat(confirm(upload)).isEqualTo(Confirmation.COMPLETED);
  }

  @Test
  void aBulkheadThatIsFullIsAReasonToComeAgain() {
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);
    CompleteUpload full =
        domain.complete(
            work -> {
              throw UploadException.overloaded("completions");
            });

    assertThat(confirm(full, upload)).isEqualTo(Confirmation.LATER);

    assertThat(domain.now(upload)).isEqualTo(upload);
  }

  @Test
  void aCompletionThatIsUnderWayHereIsJoined() {
    Upload upload = domain.startTo("auto", 5, UploadMode.SINGLE);
    domain.objects.putObject(upload);
    List<Runnable> work = new ArrayList<>();
    CompleteUpload complete = domain.complete(work::add);
    CompletableFuture<Upload> callers = complete.execute(ACME, upload.id()).toCompletableFuture();
    ConfirmUpload confirm =
        new ConfirmUpload(domain.store, domain.objects, domain.destinations, complete);

    CompletableFuture<Confirmation> confirmed = confirming(confirm, upload);
    assertThat(confirmed).isNotDone();
    work.forEach(Runnable::run);

    assertThat(work).hasSize(1);
    assertThat(confirmed.join()).isEqualTo(Confirmation.COMPLETED);
    assertThat(callers.join().state()).isEqualTo(UploadState.COMPLETED);
  }

  @Test
  void whatAnotherServerCompletesIsLeftToItUntilItsLeaseRunsOut() {
    Upload upload = domain.startAndPutParts(2);
    Progress held =
        upload.progress().completing(domain.clock.instant().plus(Duration.ofMinutes(12)));
    List<Part> manifest = List.of(part(1), part(2));
    domain.store.replace(upload, held, new UploadStore.LedgerChange(manifest, List.of()));
    domain.objects.completeMultipartUpload(
        upload.spec(), upload.progress().storageUploadId(), manifest);

    assertThat(confirm(upload)).isEqualTo(Confirmation.UNDER_WAY);
    assertThat(domain.now(upload).progress()).isEqualTo(held);

    domain.clock.advance(Duration.ofMinutes(13));
    assertThat(confirm(upload)).as("settled at once").isEqualTo(Confirmation.COMPLETED);
    assertThat(domain.objects.calls(Operation.COMPLETE)).isEqualTo(1);
  }

  private Part part(int number) {
    return new Part(
        number, 8 * MIB, "etag-" + number + "-" + 8 * MIB, null, domain.clock.instant());
  }

  private Confirmation confirm(Upload upload) {
    return confirm(domain.confirm, upload.spec().bucket(), upload.spec().key());
  }

  private static Confirmation confirm(ConfirmUpload confirm, String bucket, String key) {
    return confirm.execute(bucket, key).toCompletableFuture().join();
  }

  private Confirmation confirm(CompleteUpload complete, Upload upload) {
    return confirming(
            new ConfirmUpload(domain.store, domain.objects, domain.destinations, complete), upload)
        .join();
  }

  private static CompletableFuture<Confirmation> confirming(ConfirmUpload confirm, Upload upload) {
    return confirm.execute(upload.spec().bucket(), upload.spec().key()).toCompletableFuture();
  }
}
