package io.waybill.server.upload;

import static io.waybill.server.upload.Domain.ACME;
import static io.waybill.server.upload.Domain.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.waybill.server.upload.InMemoryObjectStore.Operation;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

public class StartUploadTest {
  private static final StartUpload.Request REQUEST =
      Domain.request("one", "own", 20 * MIB, UploadMode.MULTIPART);

  private final Domain domain = new Domain();

  @Test
  void oneRequestIdMakesOneSession() {
    Upload first = start();

    assertThat(start().id()).isEqualTo(first.id());
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
    assertThat(domain.start.execute(Domain.OTHER, REQUEST).upload().id())
        .as("it belongs to the tenant")
        .isNotEqualTo(first.id());
  }

  @Test
  void anotherBodyUnderTheSameRequestIdIsRefused() {
    start();
    StartUpload.Request other = Domain.request("one", "own", 20 * MIB + 1, UploadMode.MULTIPART);

    assertThat(failure(() -> domain.start.execute(ACME, other)).reason())
        .isEqualTo(Reason.REQUEST_ID_REUSED);
  }

  @Test
  void whatS3SurelyRefusedIsForgottenSoThatTheIdIsFree() {
    domain.objects.fail(Operation.CREATE, StorageException.Kind.REFUSED);
    assertThat(failure(this::start).reason()).isEqualTo(Reason.STORAGE_REFUSED);

    domain.objects.before(operation -> {});
    assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
  }

  @Test
  void aLostReplyOfS3LeavesOneUploadThere() {
    AtomicInteger creates = new AtomicInteger();
    domain.objects.after(
        operation -> {
          if (creates.incrementAndGet() == 1) {
            throw new StorageException(StorageException.Kind.UNAVAILABLE, "reset");
          }
        });
    assertThat(failure(this::start).reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);

    assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
    assertThat(domain.objects.multipartUploads()).as("the lost one was aborted").isEqualTo(1);
  }

  @Test
  void whoeverLostTheFenceAbortsWhatItMade() {
    AtomicInteger creates = new AtomicInteger();
    domain.objects.after(
        operation -> {
          if (creates.incrementAndGet() == 1) {
            domain.clock.advance(Domain.TIMING.createLease()); // a long pause of the collector
            assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
          }
        });

    UploadException failure = failure(this::start);

    assertThat(failure.reason()).isEqualTo(Reason.UPLOAD_CREATING);
    assertThat(failure.retryAfter()).isPresent();
    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
    assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
  }

  /** Found by the simulator: a caller was shown what is for the log alone. */
  @Test
  void whoeverLostTheFenceSaysSoThoughS3DoesNotAnswerItsAbort() {
    AtomicInteger creates = new AtomicInteger();
    domain.objects.after(
        operation -> {
          if (creates.incrementAndGet() == 1) {
            domain.clock.advance(Domain.TIMING.createLease());
            start();
            domain.objects.fail(Operation.ABORT, StorageException.Kind.UNAVAILABLE);
          }
        });

    assertThat(failure(this::start).reason()).isEqualTo(Reason.UPLOAD_CREATING);
  }

  /** Found by the simulator: it aborted the upload of a session that a caller already had. */
  @Test
  void aTakeoverThatStoodStillAbortsNothingOfTheNextOne() {
    domain.objects.fail(Operation.CREATE, StorageException.Kind.UNAVAILABLE);
    failure(this::start);
    AtomicInteger lists = new AtomicInteger();
    domain.objects.before(
        operation -> {
          if (operation == Operation.LIST_UPLOADS && lists.incrementAndGet() == 1) {
            domain.clock.advance(Domain.TIMING.createLease());
            assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
          }
        });

    failure(this::start);

    assertThat(domain.objects.multipartUploads()).isEqualTo(1);
    assertThat(domain.objects.listMultipartUploads("own", "bucket", ""))
        .extracting(ObjectStore.ListedUpload::storageUploadId)
        .containsExactly(start().progress().storageUploadId());
  }

  @Test
  void aRepeatedStartWaitsForTheFirstAndNoLongerThanItShould() {
    AtomicInteger creates = new AtomicInteger();
    domain.objects.before(
        operation -> {
          if (operation == Operation.CREATE && creates.incrementAndGet() == 1) {
            assertThat(failure(this::start).reason()).isEqualTo(Reason.UPLOAD_CREATING);
          }
        });

    assertThat(start().state()).isEqualTo(UploadState.ACTIVE);
    assertThat(creates).hasValue(1);
  }

  @Test
  void exactKeysAreRefusedBeforeAByteHasTravelled() {
    StartUpload.Request exact = Domain.request("e", "exact", 20 * MIB, UploadMode.MULTIPART);
    Upload first = domain.start.execute(ACME, exact).upload();
    domain.objects.putObject(first.spec(), 1, null);

    StartUpload.Request second = Domain.request("f", "exact", 20 * MIB, UploadMode.MULTIPART);
    assertThat(failure(() -> domain.start.execute(ACME, second)).reason())
        .isEqualTo(Reason.OBJECT_EXISTS);
  }

  @Test
  void exactKeysAreLookedAtForASinglePutToo() {
    StartUpload.Request first = Domain.request("e", "exact", 5, UploadMode.SINGLE);
    domain.objects.putObject(domain.start.execute(ACME, first).upload().spec(), 1, null);

    StartUpload.Request second = Domain.request("f", "exact", 5, UploadMode.SINGLE);
    assertThat(failure(() -> domain.start.execute(ACME, second)).reason())
        .isEqualTo(Reason.OBJECT_EXISTS);
    assertThat(domain.store.findByRequestId("acme", "f")).as("the id is free again").isEmpty();
  }

  @Test
  void aSessionThatIsThereSurvivesAChangeOfPolicy() {
    Upload upload = start();
    StartUpload stricter = domain.startWithout("own");

    assertThat(stricter.execute(ACME, REQUEST).upload().id()).isEqualTo(upload.id());
    StartUpload.Request other = Domain.request("two", "own", 5, UploadMode.SINGLE);
    assertThat(failure(() -> stricter.execute(ACME, other)).reason())
        .isEqualTo(Reason.DESTINATION_UNKNOWN);
  }

  @Test
  void aSinglePutAsksNothingOfS3() {
    Upload upload = domain.start(5, UploadMode.SINGLE);

    assertThat(upload.state()).isEqualTo(UploadState.ACTIVE);
    for (Operation operation : Operation.values()) {
      assertThat(domain.objects.calls(operation)).as(operation.name()).isZero();
    }
  }

  private Upload start() {
    return domain.start.execute(ACME, REQUEST).upload();
  }

  private static UploadException failure(ThrowingCallable call) {
    UploadException failure = catchThrowableOfType(UploadException.class, call);
    assertThat(failure).as("it did not fail").isNotNull();
    return failure;
  }
}
