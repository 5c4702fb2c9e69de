package io.waybill.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.QuotaFailure;
import io.waybill.server.upload.InMemoryObjectStore.Operation;
import io.waybill.server.upload.Reason;
import io.waybill.server.upload.StorageException;
import io.waybill.server.upload.Usage;
import io.waybill.v1.StartUploadRequest;
import io.waybill.v1.UploadServiceGrpc.UploadServiceBlockingStub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a tenant may have in use; the destination "small" has room for two uploads, 1,000 bytes. */
class QuotasTest {
  @RegisterExtension final InProcessWaybill waybill = new InProcessWaybill();

  @Test
  void aStartBeyondTheOpenSessionsSaysWhatIsUsedUp() {
    start(1);
    start(1);

    Failures failure = refusedStart(small(1));
    failure
        .hasReason(Reason.QUOTA_EXCEEDED)
        .mayBeRetried(false)
        .has("quota", "destination:small/tenant:acme/open_sessions")
        .has("limit", "2")
        .has("used", "2")
        .has("asked", "1");
    QuotaFailure details = failure.detail(QuotaFailure.class).orElseThrow();
    assertThat(details.getViolationsList())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.getSubject())
                  .isEqualTo("destination:small/tenant:acme/open_sessions");
              assertThat(violation.getDescription())
                  .isEqualTo(
                      "the tenant's quota of open_sessions is 2, 2 are in use,"
                          + " and this upload asks for 1");
            });
  }

  @Test
  void aStartBeyondTheBytesSaysWhatIsUsedUp() {
    start(700);

    refusedStart(small(301))
        .hasReason(Reason.QUOTA_EXCEEDED)
        .mayBeRetried(false)
        .has("quota", "destination:small/tenant:acme/reserved_bytes")
        .has("limit", "1000")
        .has("used", "700")
        .has("asked", "301");
    start(300);
  }

  @Test
  void whatWasRefusedMayBeAskedAgainOnceThereIsRoom() {
    String first = start(1);
    start(1);
    StartUploadRequest third = small(1);
    refusedStart(third).hasReason(Reason.QUOTA_EXCEEDED);

    waybill.stub().abort(Requests.abort(first));

    assertThat(waybill.stub().startUpload(third).getUpload().getUploadId()).isNotEmpty();
    refusedStart(small(1)).hasReason(Reason.QUOTA_EXCEEDED);
  }

  @Test
  void aRepeatedStartTakesNothingAndIsNeverRefused() {
    StartUploadRequest request = small(600);
    String id = waybill.stub().startUpload(request).getUpload().getUploadId();
    start(400);

    for (int i = 0; i < 3; i++) {
      assertThat(waybill.stub().startUpload(request).getUpload().getUploadId()).isEqualTo(id);
    }
    waybill.stub().startUpload(validateOnly(request));
  }

  @Test
  void validatingChecksAndTakesNothing() {
    for (int i = 0; i < 5; i++) {
      waybill.stub().startUpload(validateOnly(small(1_000)));
    }
    start(1_000);
    refusedStart(validateOnly(small(1)))
        .hasReason(Reason.QUOTA_EXCEEDED)
        .has("quota", "destination:small/tenant:acme/reserved_bytes");
  }

  @Test
  void aStartThatTheStorageRefusesGivesBack() {
    waybill.rig().objects.fail(Operation.CREATE, StorageException.Kind.REFUSED);

    refusedStart(Requests.startThreeParts().build()).hasReason(Reason.STORAGE_REFUSED);

    assertThat(waybill.rig().store.usage("any", Rig.TENANT)).isEqualTo(Usage.NONE);
  }

  @Test
  void eachTenantHasItsOwn() {
    start(500);
    start(500);
    refusedStart(small(1)).hasReason(Reason.QUOTA_EXCEEDED);

    waybill.stub("other").startUpload(small(1_000));
    for (int i = 0; i < 5; i++) {
      waybill.stub("vip").startUpload(small(1_000));
    }
  }

  private String start(long sizeBytes) {
    UploadServiceBlockingStub stub = waybill.stub();
    return stub.startUpload(small(sizeBytes)).getUpload().getUploadId();
  }

  private Failures refusedStart(StartUploadRequest request) {
    return Failures.of(() -> waybill.stub().startUpload(request));
  }

  private static StartUploadRequest small(long sizeBytes) {
    return Requests.start(sizeBytes).setDestination("small").build();
  }

  private static StartUploadRequest validateOnly(StartUploadRequest request) {
    return request.toBuilder().setValidateOnly(true).build();
  }
}
